// SPDX-License-Identifier: Apache-2.0
/**
 * The workers of a run over torch's c10d: {@link io.tune4j.backend.bytedeco.workers.WorkerStore} is the store that they meet at ({@code
 * TCPStore}), {@link io.tune4j.backend.bytedeco.workers.StoreCalls} gives its calls a longest time, {@link
 * io.tune4j.backend.bytedeco.workers.GlooCollective} exchanges arrays ({@code ProcessGroupGloo}).
 */
@NullMarked
package io.tune4j.backend.bytedeco.workers;

import org.jspecify.annotations.NullMarked;
