// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Samples put together to packs of one length, in their order, as torchtune's {@code PackedDataset} does ({@code
 * datasets/_packed.py}); the samples of a pack do not see each other.
 *
 * @param splits whether a sample that does not fit is divided, instead of beginning the next pack
 * @param maxPacks the most packs to make, or null for all
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Packing(boolean splits, @Nullable Integer maxPacks) {}
