// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.full;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.PluginException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.WholeWeights;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.recipes.checkpoint.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** All weights of a model, saved as a model's folder in Hugging Face's layout. */
public final class FullWeights implements Adapter {
    private final FullPlan plan;
    private final WholeWeights weights;

    FullWeights(FullPlan plan, Backend backend, DType computeDtype) {
        Set<String> names =
                plan.definition().weights().stream().map(WeightShape::name).collect(Collectors.toSet());
        this.plan = plan;
        this.weights = new WholeWeights(backend, plan.stored(), computeDtype, names::contains);
    }

    @Override
    public LinearFactory decorate(FrozenLinearFactory base) {
        throw new InternalException("all weights are trained, so their source is needed");
    }

    @Override
    public LinearFactory decorate(FrozenLinearFactory base, WeightSource source) {
        return weights.decorate(base, source);
    }

    /**
     * Makes sure that the model asked for all weights through its factory.
     *
     * @throws PluginException if it loaded some by itself, which would then stay as they are
     */
    public void requireAll() {
        List<String> missing = plan.definition().weights().stream()
                .map(WeightShape::name)
                .filter(name -> weights.parameter(name) == null)
                .toList();
        if (!missing.isEmpty()) {
            throw new PluginException("this model family cannot be trained as a whole: it loads " + missing.size()
                    + " of its weights by itself, such as " + missing.get(0)
                    + "; its plugin has to ask LinearFactory.weight for them. Train an adapter with"
                    + " lora_finetune_single_device instead");
        }
    }

    @Override
    public boolean isShared(Parameter parameter) {
        return weights.isShared(parameter.name());
    }

    @Override
    public List<Parameter> parameters() {
        return weights.parameters();
    }

    @Override
    public void save(Path directory, String baseModel) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (WeightShape weight : plan.definition().weights()) {
            tensors.put(weight.name(), value(weight.name()));
        }
        new ModelFolder(directory)
                .write(tensors, plan.companions(), plan.definition().tiedEmbeddings());
    }

    @Override
    public void load(Path directory) {
        try (Checkpoint saved = new ModelFolder(directory).open()) {
            List<String> mismatches = new ArrayList<>();
            for (Parameter parameter : parameters()) {
                TensorEntry entry = saved.entries().get(parameter.name());
                Tensor value = parameter.value();
                if (entry == null) {
                    mismatches.add(parameter.name() + " is missing");
                } else if (entry.dtype() != value.dtype() || !Arrays.equals(entry.shape(), value.shape())) {
                    mismatches.add(parameter.name() + " is " + entry.storedType() + " "
                            + Arrays.toString(entry.shape()) + ", needed "
                            + value.dtype().configName() + " " + Arrays.toString(value.shape()));
                }
            }
            if (!mismatches.isEmpty()) {
                throw new UserException("the model in " + directory + " does not fit this run:\n  "
                        + String.join("\n  ", mismatches.subList(0, Math.min(20, mismatches.size())))
                        + "\nGive the run the model and the dtype that it was trained with.");
            }
            CheckpointWeights source = new CheckpointWeights(saved);
            for (Parameter parameter : parameters()) {
                source.loadInto(parameter.name(), parameter.value());
                parameter.changed();
            }
        }
    }

    @Override
    public boolean adapts(String weightName) {
        return weights.trains(weightName);
    }

    @Override
    public Tensor merge(String weightName, Tensor weight) {
        return value(weightName).cast(DType.FLOAT32);
    }

    private Tensor value(String name) {
        Parameter parameter = weights.parameter(name);
        if (parameter == null) {
            throw new InternalException(name + " is not trained");
        }
        return parameter.value();
    }

    @Override
    public void close() {
        weights.close();
    }
}
