/**
 * From YAML text to a config tree and back: {@link io.tune4j.engine.config.ConfigLoader} parses, applies overrides and
 * resolves references; {@link io.tune4j.engine.config.ConfigWriter} writes a tree with the origin of each value.
 */
@NullMarked
package io.tune4j.engine.config;

import org.jspecify.annotations.NullMarked;
