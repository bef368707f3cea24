/**
 * Configuration as a tree with the place where each value was written, read strictly: every mistake becomes a
 * {@link io.tune4j.api.config.Problems} entry, and all are shown at once.
 */
@NullMarked
package io.tune4j.api.config;

import org.jspecify.annotations.NullMarked;
