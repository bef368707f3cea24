// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import java.util.List;
import java.util.OptionalLong;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The forecast of a run's needs, made from its config alone.
 *
 * @param basis what it was computed for, e.g. {@code 2 x 512 tokens, bf16}
 * @param memory the parts of the peak; they sum up to it
 * @param checkpointBytes the base model's files
 * @param outputBytes what the run writes
 * @param operationsPerStep floating-point operations of an optimizer step
 * @param levers what would lower the peak
 * @param lastResort what to try where no lever helps, e.g. {@code take a smaller model}
 * @param activations what becomes of activations; null if that is not known
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record RunEstimate(
        String basis,
        List<Part> memory,
        long checkpointBytes,
        long outputBytes,
        double operationsPerStep,
        List<Lever> levers,
        String lastResort,
        @Nullable Activations activations) {
    /**
     * The activations of a layer.
     *
     * @param choice one line: how many layers are computed again, and what all activations take
     * @param keptPerToken bytes of each token that a layer in the middle keeps
     * @param recomputedPerToken that it keeps if it is computed again: its input, and results that cost much to compute
     * @param offloaded whether that waits outside of the device's memory
     * @param eagerPerToken that eager PyTorch keeps of such a layer, if known
     */
    public record Activations(
            String choice,
            double keptPerToken,
            double recomputedPerToken,
            boolean offloaded,
            OptionalLong eagerPerToken) {}

    /**
     * A part of the memory.
     *
     * @param name e.g. {@code optimizer state}
     * @param note where it comes from; may be empty
     */
    public record Part(String name, long bytes, String note) {}

    /**
     * A change to the config that saves memory.
     *
     * @param overrides as on the command line
     * @param cost what it costs, e.g. {@code a third slower}
     */
    public record Lever(List<String> overrides, String cost) {
        public Lever {
            overrides = List.copyOf(overrides);
        }
    }

    public RunEstimate {
        memory = List.copyOf(memory);
        levers = List.copyOf(levers);
    }

    /** The peak in bytes. */
    public long peakBytes() {
        return memory.stream().mapToLong(Part::bytes).sum();
    }
}
