/** Plugins on disk, each in a module layer of its own. {@link io.tune4j.app.plugins.PluginLoader} is the way in. */
@NullMarked
package io.tune4j.app.plugins;

import org.jspecify.annotations.NullMarked;
