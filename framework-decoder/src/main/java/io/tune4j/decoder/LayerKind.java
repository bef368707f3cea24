// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * In what a model's layers differ from each other.
 *
 * @param window how many positions a token sees, its own included; 0 for all before it
 * @param rotary its rotary embedding; null for a layer without positions
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record LayerKind(int window, @Nullable Rotary rotary) {}
