/** Loggers for a run's metrics: files and the console. */
@NullMarked
package io.tune4j.recipes.metrics;

import org.jspecify.annotations.NullMarked;
