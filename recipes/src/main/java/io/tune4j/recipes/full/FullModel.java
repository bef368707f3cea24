// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.full;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.recipes.options.AdaptedModel;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the section {@code model} for a run that trains all weights: a builder such as {@code llama3_2_1b}. {@code weights_dtype} says
 * what the weights are kept in, {@code dtype} what is computed in; by default they are the same, as in torchtune.
 */
final class FullModel {
    private static final String WEIGHTS_DTYPE = "weights_dtype";

    private FullModel() {}

    /** Null if a part is wrong, or the model's size is in a file that is not there. */
    static @Nullable AdaptedModel read(ConfigValues config) {
        ConfigReader root = config.root();
        ModelPlan plan = config.require(ModelPlan.class);
        DType dtype = config.require(DType.class);
        Checkpointer checkpointer = config.require(Checkpointer.class);
        DType stored = stored(root, dtype);
        if (plan == null || dtype == null || checkpointer == null) {
            return null;
        }
        if (isWrong(root, plan, checkpointer)) {
            return null;
        }
        FullPlan full = new FullPlan(plan.definition(), stored, checkpointer.checkpointDirectory());
        SortedMap<String, String> dtypes = new TreeMap<>();
        if (stored != dtype) {
            dtypes.put(WEIGHTS_DTYPE, stored.configName());
        }
        return new AdaptedModel(new ModelPlan(plan.name(), plan.definition(), full, plan.weightFormat()), full, dtypes);
    }

    private static DType stored(ConfigReader root, @Nullable DType dtype) {
        DType computed = Objects.requireNonNullElse(dtype, DType.FLOAT32);
        if (!root.has(WEIGHTS_DTYPE)) {
            return computed;
        }
        DType stored = root.dtype(WEIGHTS_DTYPE, computed);
        if (stored != computed && stored != DType.FLOAT32) {
            root.problem(
                    WEIGHTS_DTYPE,
                    "expected " + computed + ", which is computed in, or fp32, which is rounded to that for each step;"
                            + " found " + stored);
            return computed;
        }
        return stored;
    }

    private static boolean isWrong(ConfigReader root, ModelPlan plan, Checkpointer checkpointer) {
        ConfigReader section = root.section("model");
        boolean isWrong = false;
        if (plan.peft() != null) {
            section.problem(
                    "_component_",
                    "'" + plan.name()
                            + "' is a model with an adapter, and this recipe trains all weights; name the model"
                            + " alone, or train the adapter with lora_finetune_single_device");
            isWrong = true;
        }
        if (!(plan.weightFormat() instanceof DenseFormat)) {
            section.problem(
                    section.has("quantization") ? "quantization" : "_component_",
                    "quantized weights cannot be trained, since an update is smaller than the distance of their values;"
                            + " leave the quantization out, or train an adapter over them with"
                            + " lora_finetune_single_device");
            isWrong = true;
        }
        if (!plan.definition().modulePrefix().isEmpty()) {
            section.problem(
                    "_component_",
                    "'" + plan.name()
                            + "' is the text part of a model for more than text, and this recipe would save that part"
                            + " alone; train an adapter with lora_finetune_single_device, whose merged model is whole");
            isWrong = true;
        }
        if (checkpointer.adapterCheckpoint() != null) {
            root.section("checkpointer")
                    .problem(
                            "adapter_checkpoint",
                            "names an adapter, and this recipe trains all weights; name the model with checkpoint_dir");
            isWrong = true;
        }
        return isWrong;
    }
}
