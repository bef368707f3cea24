/**
 * Measurements: {@link io.tune4j.benchmarks.StepBenchmark} times whole training steps on the batches that the peers'
 * scripts use, and {@link io.tune4j.benchmarks.LogitsDump} writes logits for the comparison with Python.
 */
@NullMarked
package io.tune4j.benchmarks;

import org.jspecify.annotations.NullMarked;
