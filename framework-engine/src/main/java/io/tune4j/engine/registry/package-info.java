/**
 * Looks up the contributions of all plugins by the names in a config: {@link io.tune4j.engine.registry.ComponentRegistry} is the
 * implementation of {@link io.tune4j.api.plugin.Components}.
 */
@NullMarked
package io.tune4j.engine.registry;

import org.jspecify.annotations.NullMarked;
