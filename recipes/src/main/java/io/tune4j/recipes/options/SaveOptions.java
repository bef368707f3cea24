// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.tensor.DType;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options for what a run writes and when, and for resuming an earlier run.
 *
 * @param outputDirectory {@code output_dir}. It gets {@code adapter/} (or {@code model/}) at the end, {@code epoch_0/} and so on at the end of each epoch,
 *     {@code checkpoints/} to resume from, {@code merged/} and {@code config.yaml}. {@code results.json} says of which step adapter and
 *     merged model are, {@code .lock} which process is writing. Results of an earlier run are moved to {@code previous/}
 * @param resumes {@code resume_from_checkpoint}: goes on from the newest state in {@code output_dir} as if there had been no
 *     interruption, bit for bit; where all steps are done, what is missing of the results is written
 * @param adapterOnly {@code save_adapter_weights_only}: no {@code merged/}
 * @param mergesIntoComputed {@code merge_into}: {@code base} for the checkpoint's own weights, or {@code dequantized} for the values
 *     that a run over quantized weights computed with: what {@code merged/} adds the adapter to
 * @param mergedDtype {@code merged_dtype} of the weights in {@code merged/}; null for the checkpoint's own
 * @param everyNSteps {@code save_every_n_steps}: when a state is saved besides each epoch's end; 0 for never
 * @param kept {@code keep_last_n_checkpoints}: how many states stay
 */
public record SaveOptions(
        Path outputDirectory,
        boolean resumes,
        boolean adapterOnly,
        boolean mergesIntoComputed,
        @Nullable DType mergedDtype,
        int everyNSteps,
        int kept) {
    private static final String MERGED_DTYPE = "merged_dtype";
    private static final String MERGE_INTO_BASE = "base";
    private static final String MERGE_INTO_DEQUANTIZED = "dequantized";

    /** Reads the options of a run that trains an adapter. */
    public static SaveOptions read(ConfigValues config) {
        ConfigReader root = config.root();
        return read(config, root.bool("save_adapter_weights_only", false), mergesIntoComputed(root), mergedDtype(root));
    }

    /** Reads the options of a run that trains all weights, where nothing is merged. */
    public static SaveOptions readForWeights(ConfigValues config) {
        return read(config, true, false, null);
    }

    private static SaveOptions read(
            ConfigValues config, boolean adapterOnly, boolean mergesIntoComputed, @Nullable DType mergedDtype) {
        ConfigReader root = config.root();
        Path output = config.outputDirectory();
        Integer every = Numbers.limit(root, "save_every_n_steps");
        return new SaveOptions(
                output != null ? output : root.path("output_dir"),
                root.bool("resume_from_checkpoint", false),
                adapterOnly,
                mergesIntoComputed,
                mergedDtype,
                Objects.requireNonNullElse(every, 0),
                root.integer("keep_last_n_checkpoints", 2, 1, Numbers.ANY));
    }

    private static @Nullable DType mergedDtype(ConfigReader root) {
        if (!root.has(MERGED_DTYPE)) {
            return null;
        }
        DType dtype = root.dtype(MERGED_DTYPE, DType.FLOAT32);
        if (!dtype.isFloating()) {
            root.problem(MERGED_DTYPE, "expected bf16, fp16, fp32 or fp64, found " + dtype);
        }
        return dtype;
    }

    /** Whether the adapter is merged into what the run computed with, and not into what the checkpoint holds. */
    private static boolean mergesIntoComputed(ConfigReader root) {
        String into = root.string("merge_into", MERGE_INTO_BASE);
        if (!into.equals(MERGE_INTO_BASE) && !into.equals(MERGE_INTO_DEQUANTIZED)) {
            root.problem(
                    "merge_into",
                    "expected base, the checkpoint's own weights, or dequantized, those that a quantized run computed"
                            + " with; found '" + into + "'");
        }
        return into.equals(MERGE_INTO_DEQUANTIZED);
    }
}
