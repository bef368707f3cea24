/** Calls into plugins: {@link io.tune4j.engine.plugin.PluginCalls} gives them their own class loader as the thread's. */
@NullMarked
package io.tune4j.engine.plugin;

import org.jspecify.annotations.NullMarked;
