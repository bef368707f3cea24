/**
 * The plugin of recipes. {@link io.tune4j.recipes.lora.LoraFinetuneSingleDevice} is read from top to bottom. It asks for records of
 * {@code options} and {@code data}, has what stands around its loop from {@code run}, and what it will take from {@code forecast}; the
 * other packages hold the parts that recipes put together.
 */
@NullMarked
package io.tune4j.recipes;

import org.jspecify.annotations.NullMarked;
