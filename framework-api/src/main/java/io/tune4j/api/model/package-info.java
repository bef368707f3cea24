/**
 * The model SPI. A {@link io.tune4j.api.model.ModelFamily} has builders by name; a builder turns options (and a
 * checkpoint's config.json) into a {@link io.tune4j.api.model.ModelDefinition}, which has every shape before a byte is
 * allocated; building that gives a {@link io.tune4j.api.model.CausalLanguageModel}.
 */
@NullMarked
package io.tune4j.api.model;

import org.jspecify.annotations.NullMarked;
