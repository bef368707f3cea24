// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.full;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.recipes.checkpoint.ModelFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * All weights of a model as its trained part.
 *
 * @param stored dtype of the weights
 * @param companions the base model's folder, whose config and tokenizer files belong to each saved model
 */
public record FullPlan(ModelDefinition definition, DType stored, Path companions) implements PeftPlan {
    @Override
    public String describe() {
        long count = parameterCount();
        String number = count < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f M", count / 1e6)
                : String.format(Locale.ROOT, "%.2f B", count / 1e9);
        return "all " + number + " weights, in " + stored.configName();
    }

    @Override
    public long parameterCount() {
        return definition.parameterCount();
    }

    @Override
    public long fileBytes() {
        List<TensorSpec> tensors = definition.weights().stream().map(this::spec).toList();
        return SafetensorsWriter.fileBytes(tensors, ModelFolder.METADATA);
    }

    private TensorSpec spec(WeightShape weight) {
        return new TensorSpec(
                weight.name(),
                stored,
                weight.shape().stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public String result() {
        return "model";
    }

    @Override
    public String readers() {
        return "for transformers and vLLM; for llama.cpp and Ollama: tune export";
    }

    @Override
    public String resultKey() {
        return "checkpointer.checkpoint_dir";
    }

    @Override
    public boolean drawsPerRow() {
        return false;
    }

    @Override
    public FullWeights attach(Backend backend, DType computeDtype, long seed) {
        return new FullWeights(this, backend, computeDtype);
    }
}
