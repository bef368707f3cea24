// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.memory;

import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.io.Sizes;
import io.tune4j.api.tensor.Device;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The handling of activations between forward and backward.
 *
 * @param recomputation which layers are computed again
 * @param budget bytes that activations may take, for {@code auto}; null for what memory is left
 * @param mode what recomputed layers keep; null for as much as memory or the budget allows
 * @param offloading whether the inputs of recomputed layers wait outside of the device's memory
 */
public record ActivationOptions(
        Recomputation recomputation,
        @Nullable Long budget,
        @Nullable Checkpointing mode,
        boolean offloading) {
    /** The layers that are recomputed. */
    public enum Recomputation {
        NONE,
        ALL,
        /** As few layers as the budget demands. */
        AUTO
    }

    public static final String CHECKPOINTING = "enable_activation_checkpointing";
    public static final String MODE = "activation_checkpointing_mode";
    public static final String BUDGET = "activation_memory_budget";
    public static final String OFFLOADING = "enable_activation_offloading";

    public static ActivationOptions read(ConfigReader root, Device device) {
        Recomputation recomputation =
                switch (root.string(CHECKPOINTING, "False").toLowerCase(Locale.ROOT)) {
                    case "false" -> Recomputation.NONE;
                    case "true" -> Recomputation.ALL;
                    case "auto" -> Recomputation.AUTO;
                    default -> {
                        root.problem(CHECKPOINTING, "expected True, False or auto");
                        yield Recomputation.NONE;
                    }
                };
        Long budget = size(root, BUDGET);
        if (budget != null && recomputation != Recomputation.AUTO) {
            root.problem(BUDGET, "is what " + CHECKPOINTING + "=auto keeps to; set that, or leave the budget out");
        }
        if (budget == null && recomputation == Recomputation.AUTO && !device.isCpu()) {
            root.problem(
                    CHECKPOINTING,
                    "auto needs " + BUDGET + " on a GPU, e.g. " + BUDGET
                            + "=6GiB: what of its memory activations may take");
        }
        boolean offloading = root.bool(OFFLOADING, false);
        if (offloading && recomputation == Recomputation.NONE) {
            root.problem(
                    OFFLOADING,
                    "what is offloaded are the inputs of recomputed layers, and there are none; set " + CHECKPOINTING
                            + " to True or auto too, or this to False");
        }
        Checkpointing mode = mode(root);
        if (mode != null && recomputation == Recomputation.NONE) {
            root.problem(
                    MODE,
                    "says what recomputed layers keep, and there are none; set " + CHECKPOINTING
                            + " to True or auto too, or leave this out");
        }
        if (offloading && mode == Checkpointing.SELECTIVE) {
            root.problem(
                    MODE,
                    "selective keeps results on the device, and " + OFFLOADING + " is there to keep nothing on it; set "
                            + MODE + "=full, or leave it out");
        }
        return new ActivationOptions(recomputation, budget, mode, offloading);
    }

    private static @Nullable Checkpointing mode(ConfigReader root) {
        String text = root.stringOrNull(MODE);
        if (text == null) {
            return null;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "selective" -> Checkpointing.SELECTIVE;
            case "full" -> Checkpointing.FULL;
            default -> {
                root.problem(MODE, "expected selective or full");
                yield null;
            }
        };
    }

    /** The modes of recomputed layers to try, the fastest first; one that takes too much memory is followed by the next. */
    public List<Checkpointing> modes() {
        if (offloading) {
            return List.of(Checkpointing.FULL);
        }
        return mode != null ? List.of(mode) : List.of(Checkpointing.SELECTIVE, Checkpointing.FULL);
    }

    /** A size such as {@code 6GiB}, or null. */
    static @Nullable Long size(ConfigReader root, String key) {
        String text = root.stringOrNull(key);
        if (text == null) {
            return null;
        }
        OptionalLong bytes = Sizes.parse(text);
        if (bytes.isEmpty() || bytes.getAsLong() == 0) {
            root.problem(key, "expected a size such as 512MiB or 6GiB, found '" + text + "'");
            return null;
        }
        return bytes.getAsLong();
    }
}
