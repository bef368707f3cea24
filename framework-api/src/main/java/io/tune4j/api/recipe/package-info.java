/**
 * The recipe SPI: a {@link io.tune4j.api.recipe.Recipe} is one readable class, constructed by injection with the run's
 * config and the services below.
 */
@NullMarked
package io.tune4j.api.recipe;

import org.jspecify.annotations.NullMarked;
