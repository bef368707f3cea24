// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.ModelWeight;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Some rows of the embedding, trained beside the adapter: peft's {@code trainable_token_indices}, such as those of new control tokens. */
final class TokenRows implements AutoCloseable {
    static final String KEY = "trainable_token_indices";

    private final WeightShape table;
    private final long[] rows;
    private final Backend backend;
    private final DType stored;
    private final DType computed;
    private @Nullable Parameter parameter;

    TokenRows(WeightShape table, LoraOptions options, Backend backend, DType computeDtype) {
        this.table = table;
        this.rows = options.tokens().stream().mapToLong(Long::longValue).toArray();
        this.backend = backend;
        this.stored = options.adapterDtype();
        this.computed = computeDtype;
    }

    /** A list of token ids, also as peft's mapping from the embedding's name to one. */
    static List<Long> read(ConfigReader options) {
        boolean isMapping = options.has(KEY) && options.node(KEY) instanceof ConfigNode.Mapping;
        ConfigReader section = isMapping ? options.sectionOrNull(KEY) : null;
        if (section == null) {
            return ids(options, KEY);
        }
        if (section.keys().size() != 1) {
            options.problem(
                    KEY, "names " + section.keys() + "; name the embedding alone, or give the list without a name");
            section.keys().forEach(section::claim);
            return List.of();
        }
        return ids(section, section.keys().iterator().next());
    }

    private static List<Long> ids(ConfigReader options, String key) {
        List<Double> numbers = options.numbers(key, List.of());
        boolean areIds = numbers.stream().allMatch(number -> number == Math.rint(number) && number >= 0);
        if (!areIds || new HashSet<>(numbers).size() != numbers.size()) {
            options.problem(key, "expected token ids, each of them once, found " + numbers);
            return List.of();
        }
        if (options.has(key) && numbers.isEmpty()) {
            options.problem(key, "has no token id; leave it out");
        }
        return numbers.stream().map(Double::longValue).toList();
    }

    /** The embedding, if rows of it are trained. */
    static @Nullable WeightShape table(ModelDefinition model, LoraOptions read) {
        return read.tokens().isEmpty() ? null : model.weights().get(0);
    }

    /** Records what does not go together with trained rows. */
    static void check(ConfigReader options, ModelDefinition model, LoraOptions read) {
        WeightShape table = table(model, read);
        if (table == null) {
            return;
        }
        String name = moduleName(table);
        if (options.node(KEY) instanceof ConfigNode.Mapping mapping) {
            String named = mapping.entries().keySet().iterator().next();
            if (named.isBlank() || !name.endsWith(named)) {
                options.problem(KEY, "'" + named + "' is not the embedding of this model, which is " + name);
            }
        }
        long most = table.shape().get(0);
        read.tokens().stream()
                .filter(token -> token >= most)
                .findFirst()
                .ifPresent(token ->
                        options.problem(KEY, token + " is no token id: the embedding has rows 0 to " + (most - 1)));
        if (model.tiedEmbeddings()) {
            options.problem(
                    KEY,
                    "the embedding of this model is its output projection too, and rows of that cannot be trained alone;"
                            + " leave it out, or train all weights with full_finetune_single_device");
        }
        if (read.wholeOf(model).contains(table)) {
            options.problem(KEY, name + " is in modules_to_save too, which trains all of its rows; keep one of them");
        }
    }

    private static String moduleName(WeightShape table) {
        return table.name().substring(0, table.name().lastIndexOf('.'));
    }

    /** The parameter's name, which makes peft's key. */
    private static String parameterName(WeightShape table) {
        return moduleName(table) + ".token_adapter.trainable_tokens_delta";
    }

    /** The rows as the adapter file has them. */
    static TensorSpec spec(WeightShape table, int count, DType dtype) {
        return AdapterWeightsFile.spec(
                new WeightShape(
                        parameterName(table),
                        List.of((long) count, table.shape().get(1))),
                dtype);
    }

    /** Whether this weight is the embedding. */
    boolean isIn(String weightName) {
        return weightName.equals(table.name());
    }

    /** Makes the embedding, with a parameter that begins with the checkpoint's rows. */
    ModelWeight weight(WeightSource weights) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor source = weights.load(backend, table.name(), stored);
            Parameter made = new Parameter(parameterName(table), source.gatherRows(Tensor.ofLongs(backend, rows)));
            parameter = made;
            // A copy, because what is loaded may be mapped from the file.
            Tensor whole = weights.load(backend, table.name(), computed).copy();
            return ModelWeight.trainedRows(scope.escape(whole), made, rows);
        }
    }

    /** The trained rows {@code [tokens, D]}; null until the model is built. */
    @Nullable
    Parameter parameter() {
        return parameter;
    }

    /** The embedding {@code [V, D]} with the trained rows. */
    Tensor merge(Tensor weight) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor merged = weight.copy();
            for (int i = 0; i < rows.length; i++) {
                merged.rows(rows[i], 1)
                        .copyFrom(Objects.requireNonNull(parameter).value().rows(i, 1));
            }
            return scope.escape(merged);
        }
    }

    @Override
    public void close() {
        if (parameter != null) {
            parameter.close();
        }
    }
}
