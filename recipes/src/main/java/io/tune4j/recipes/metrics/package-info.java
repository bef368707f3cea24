/** Where a run's numbers go: files and the console. */
@NullMarked
package io.tune4j.recipes.metrics;

import org.jspecify.annotations.NullMarked;
