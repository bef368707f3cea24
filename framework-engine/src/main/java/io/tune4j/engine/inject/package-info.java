/** Makes the arguments of a recipe's constructor from a config: see {@link io.tune4j.engine.inject.RecipeInputs}. */
@NullMarked
package io.tune4j.engine.inject;

import org.jspecify.annotations.NullMarked;
