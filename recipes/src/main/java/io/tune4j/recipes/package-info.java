/**
 * The recipes. {@link io.tune4j.recipes.LoraFinetuneSingleDevice} is read from top to bottom; its Javadoc is the manual.
 * The packages below hold the parts that recipes put together.
 */
@NullMarked
package io.tune4j.recipes;

import org.jspecify.annotations.NullMarked;
