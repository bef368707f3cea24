package io.tune4j.models.llama;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightShape;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code LlamaForCausalLM} of given sizes. */
record LlamaDefinition(LlamaConfig config) implements ModelDefinition {
    static final String EMBEDDING = "model.embed_tokens.weight";
    static final String FINAL_NORM = "model.norm.weight";
    private static final String HEAD = "lm_head";

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "Llama, %d layers, %d wide, %s parameters",
                config.layers(),
                config.hiddenSize(),
                parameters(parameterCount()));
    }

    private static String parameters(long count) {
        return count < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f M", count / 1e6)
                : String.format(Locale.ROOT, "%.2f B", count / 1e9);
    }

    @Override
    public int vocabularySize() {
        return config.vocabularySize();
    }

    @Override
    public int maxSequenceLength() {
        return config.maxSequenceLength();
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
    public List<WeightShape> weights() {
        List<WeightShape> weights = new ArrayList<>();
        long hidden = config.hiddenSize();
        weights.add(WeightShape.of(EMBEDDING, config.vocabularySize(), hidden));
        for (int i = 0; i < config.layers(); i++) {
            LayerNames names = new LayerNames(config, i);
            weights.add(WeightShape.of(names.attentionNorm(), hidden));
            names.projections().forEach(projection -> add(weights, projection));
            weights.add(WeightShape.of(names.mlpNorm(), hidden));
        }
        weights.add(WeightShape.of(FINAL_NORM, hidden));
        if (!config.tiedEmbeddings()) {
            add(weights, head());
        }
        return weights;
    }

    private static void add(List<WeightShape> weights, Projection projection) {
        weights.add(WeightShape.of(projection.weightName(), projection.outFeatures(), projection.inFeatures()));
        if (projection.bias()) {
            weights.add(WeightShape.of(projection.biasName(), projection.outFeatures()));
        }
    }

    /** Old checkpoints carry the rotary frequencies of each layer, and some tied ones the head a second time. */
    @Override
    public boolean ignores(String tensorName) {
        return tensorName.endsWith(".rotary_emb.inv_freq")
                || (config.tiedEmbeddings() && tensorName.equals(HEAD + ".weight"));
    }

    @Override
    public List<Projection> projections() {
        List<Projection> projections = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            projections.addAll(new LayerNames(config, i).projections());
        }
        projections.add(head());
        return projections;
    }

    Projection head() {
        String weight = config.tiedEmbeddings() ? EMBEDDING : HEAD + ".weight";
        return new Projection(HEAD, config.hiddenSize(), config.vocabularySize(), false, weight);
    }

    @Override
    public CausalLanguageModel build(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
        return new LlamaModel(this, backend, dtype, weights, linears);
    }
}
