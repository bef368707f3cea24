/**
 * The comparison with peers and of a step with and without its parts: {@link io.tune4j.benchmarks.compare.Compare} runs programs in
 * turn, {@link io.tune4j.benchmarks.compare.Results} keeps their lines, and {@link io.tune4j.benchmarks.compare.Report} makes a table
 * and a plot of them.
 */
@NullMarked
package io.tune4j.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
