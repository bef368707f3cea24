/**
 * The recipe {@link io.tune4j.recipes.generate.Generate}: torchtune's {@code generate}, and the way in which {@code tune chat} gets a
 * model. {@link io.tune4j.recipes.generate.GeneratedModel} finds the adapter's options and loads base and adapter.
 */
@NullMarked
package io.tune4j.recipes.generate;

import org.jspecify.annotations.NullMarked;
