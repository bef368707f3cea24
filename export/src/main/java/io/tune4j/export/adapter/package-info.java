// SPDX-License-Identifier: Apache-2.0
/**
 * Adapters in peft's format: {@link io.tune4j.export.adapter.AdapterFolder} reads one, {@link io.tune4j.export.adapter.Folding} writes
 * it so that programs without per-module scales read it right, and {@link io.tune4j.export.adapter.LowRank} adds it to a weight.
 */
@NullMarked
package io.tune4j.export.adapter;

import org.jspecify.annotations.NullMarked;
