/**
 * Plugins: {@link io.tune4j.api.plugin.Plugin} lists what a jar contributes, and
 * {@link io.tune4j.api.plugin.ComponentFactory} is the general form of a contribution that a config names with
 * {@code _component_}. Start reading here when you write a plugin.
 */
@NullMarked
package io.tune4j.api.plugin;

import org.jspecify.annotations.NullMarked;
