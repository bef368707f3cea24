// SPDX-License-Identifier: Apache-2.0
/**
 * Runs with several workers, each of which has the whole model. {@link io.tune4j.recipes.distributed.DistributedRun} is read from top to
 * bottom. The first worker is a {@link io.tune4j.recipes.distributed.Leader}, which has the loop of a run on one device; the others are
 * {@link io.tune4j.recipes.distributed.Helper}s. A {@link io.tune4j.recipes.distributed.SharedStep} is divided by {@link
 * io.tune4j.recipes.distributed.Shares} and summed in the order of a {@link io.tune4j.recipes.distributed.MicroBatchTree}, which does not
 * depend on the workers. The recipes are in {@code lora} and {@code full}.
 */
@NullMarked
package io.tune4j.recipes.distributed;

import org.jspecify.annotations.NullMarked;
