// SPDX-License-Identifier: Apache-2.0
/**
 * The processes of a run with several workers: {@link io.tune4j.app.workers.Launch} reads torchrun's options, {@link
 * io.tune4j.app.workers.WorkerProcesses} starts the workers of this machine and ends all when one fails, {@link
 * io.tune4j.app.workers.LaunchedWorker} is what a worker knows of that.
 */
@NullMarked
package io.tune4j.app.workers;

import org.jspecify.annotations.NullMarked;
