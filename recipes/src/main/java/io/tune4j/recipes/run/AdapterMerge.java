// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.error.DataException;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.peft.Adapter.BaseChange;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.recipes.checkpoint.MergedCheckpoint;
import io.tune4j.recipes.options.AdaptedModel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Writes the model with its adapter merged.
 *
 * @param base the weights that were trained on
 * @param directory the folder of the base
 * @param dtype the dtype of the computation
 * @param mergedDtype the dtype of the merged weights; null for that of the base
 * @param intoComputed whether the adapter is merged into the values that a quantized run computed with
 */
public record AdapterMerge(
        AdaptedModel model,
        Checkpoint base,
        Path directory,
        DType dtype,
        @Nullable DType mergedDtype,
        boolean intoComputed,
        Trained trained,
        Console console) {
    /** @param adapterFolder the folder of the saved adapter, for messages */
    void write(Path merged, Path adapterFolder) {
        requireBase(adapterFolder);
        WeightFormat format = model.plan().weightFormat();
        WeightSource stored = new CheckpointWeights(base);
        BaseChange change = trained.adapter().baseChange(format, console::line);
        WeightSource trainedOn = change.apply(stored);
        WeightSource computed = format.asComputed(trained.backend(), dtype, trainedOn);
        boolean rounded = computed != trainedOn && intoComputed;
        console.line("writing the merged model to " + merged + (computed == trainedOn ? "" : mergedInto(rounded)));
        MergedCheckpoint.write(
                merged,
                base,
                rounded ? change.undo(computed) : stored,
                directory,
                trained.adapter(),
                trained.backend(),
                model.definition().tiedEmbeddings(),
                mergedDtype,
                trained.promptForm(),
                () -> requireBase(adapterFolder));
    }

    /** Merging reads the base again, which must be the one that the adapter was trained on. */
    private void requireBase(Path adapterFolder) {
        try {
            base.requireUnchanged();
        } catch (DataException e) {
            throw new DataException(
                    "the adapter cannot be merged, because " + e.getMessage()
                            + ", and resume_from_checkpoint=True makes the merged model. The adapter is in "
                            + adapterFolder,
                    e);
        }
    }

    private static String mergedInto(boolean computed) {
        return computed
                ? ": the adapter and the base with the values of its quantized form, which it was trained on"
                : ": the adapter and the checkpoint's own weights, not the quantized ones that it was trained on"
                        + " (merge_into: dequantized takes those)";
    }
}
