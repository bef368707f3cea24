/** Counts: a {@link io.tune4j.evaluation.metric.Metric} scores a question, and {@link io.tune4j.evaluation.metric.Tally} sums up. */
@NullMarked
package io.tune4j.evaluation.metric;

import org.jspecify.annotations.NullMarked;
