/**
 * Configs by name: those that come along, those of plugins, and files. {@link io.tune4j.app.configs.ConfigCatalog} finds them;
 * a {@link io.tune4j.app.configs.ConfigSource} is one of them, not read yet.
 */
@NullMarked
package io.tune4j.app.configs;

import org.jspecify.annotations.NullMarked;
