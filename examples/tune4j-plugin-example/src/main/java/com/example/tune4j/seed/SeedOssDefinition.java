package com.example.tune4j.seed;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** The names and shapes of {@code SeedOssForCausalLM}'s weights. */
record SeedOssDefinition(SeedOssConfig config) implements ModelDefinition {
    static final String EMBEDDING = "model.embed_tokens.weight";
    static final String FINAL_NORM = "model.norm.weight";

    private static String at(int layer, String part) {
        return "model.layers." + layer + "." + part;
    }

    static String attentionNorm(int layer) {
        return at(layer, "input_layernorm.weight");
    }

    static String mlpNorm(int layer) {
        return at(layer, "post_attention_layernorm.weight");
    }

    /** Unlike Llama's, these have biases. */
    List<Projection> queryKeyValue(int layer) {
        long keyValueSize = config.attention().keyValueSize();
        return List.of(
                new Projection(
                        at(layer, "self_attn.q_proj"),
                        config.hiddenSize(),
                        config.attention().querySize(),
                        true),
                new Projection(at(layer, "self_attn.k_proj"), config.hiddenSize(), keyValueSize, true),
                new Projection(at(layer, "self_attn.v_proj"), config.hiddenSize(), keyValueSize, true));
    }

    Projection output(int layer) {
        return new Projection(
                at(layer, "self_attn.o_proj"), config.attention().querySize(), config.hiddenSize(), false);
    }

    List<Projection> gateUp(int layer) {
        return List.of(
                new Projection(at(layer, "mlp.gate_proj"), config.hiddenSize(), config.intermediateSize(), false),
                new Projection(at(layer, "mlp.up_proj"), config.hiddenSize(), config.intermediateSize(), false));
    }

    Projection down(int layer) {
        return new Projection(at(layer, "mlp.down_proj"), config.intermediateSize(), config.hiddenSize(), false);
    }

    Projection head() {
        String weight = config.tiedEmbeddings() ? EMBEDDING : "lm_head.weight";
        return new Projection("lm_head", config.hiddenSize(), config.vocabularySize(), false, weight);
    }

    @Override
    public List<Projection> projections() {
        List<Projection> projections = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            projections.addAll(queryKeyValue(i));
            projections.add(output(i));
            projections.addAll(gateUp(i));
            projections.add(down(i));
        }
        projections.add(head());
        return projections;
    }

    @Override
    public List<WeightShape> weights() {
        List<WeightShape> weights = new ArrayList<>();
        weights.add(WeightShape.of(EMBEDDING, config.vocabularySize(), config.hiddenSize()));
        for (Projection projection : projections()) {
            if (!projection.weightName().equals(EMBEDDING)) {
                weights.add(WeightShape.of(
                        projection.weightName(), projection.outFeatures(), projection.inFeatures()));
            }
            if (projection.bias()) {
                weights.add(WeightShape.of(projection.biasName(), projection.outFeatures()));
            }
        }
        for (int i = 0; i < config.layers(); i++) {
            weights.add(WeightShape.of(attentionNorm(i), config.hiddenSize()));
            weights.add(WeightShape.of(mlpNorm(i), config.hiddenSize()));
        }
        weights.add(WeightShape.of(FINAL_NORM, config.hiddenSize()));
        return weights;
    }

    @Override
    public String describe() {
        return "Seed-OSS, " + config.layers() + " layers, " + config.hiddenSize() + " wide, "
                + parameterCount() / 100_000 / 10.0 + " M parameters";
    }

    @Override
    public int vocabularySize() {
        return config.vocabularySize();
    }

    @Override
    public int maxSequenceLength() {
        return config.maxPositions();
    }

    @Override
    public int layerCount() {
        return config.layers();
    }

    @Override
    public boolean tiedEmbeddings() {
        return config.tiedEmbeddings();
    }

    @Override
    public CausalLanguageModel assemble(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
        return new SeedOssModel(this, backend, dtype, weights, linears);
    }
}
