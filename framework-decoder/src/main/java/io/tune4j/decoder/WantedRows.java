// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a batch, whose hidden states are wanted.
 *
 * @param rows {@code [N]} int64
 * @param adapters of these rows; null for a model that has one
 */
record WantedRows(Tensor rows, @Nullable AdapterRows adapters) {}
