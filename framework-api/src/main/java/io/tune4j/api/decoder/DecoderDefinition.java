// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.decoder;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.StoredPair;
import io.tune4j.api.model.WeightShape;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/**
 * A decoder of given parts and sizes.
 *
 * @param config what it is made of
 * @param embedding the checkpoint's name of the embedding
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record DecoderDefinition(DecoderConfig config, String embedding) implements ModelDefinition {
    static final String EMBEDDING = "model.embed_tokens.weight";
    static final String FINAL_NORM = "model.norm.weight";
    private static final String HEAD = "lm_head";
    private static final String HEAD_WEIGHT = HEAD + ".weight";

    /** With the usual name of the embedding. */
    public DecoderDefinition(DecoderConfig config) {
        this(config, EMBEDDING);
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%s, %d layers, %d wide, %s parameters",
                config.name(),
                config.sizes().layers(),
                config.sizes().hidden(),
                parameters(parameterCount()));
    }

    private static String parameters(long count) {
        return count < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f M", count / 1e6)
                : String.format(Locale.ROOT, "%.2f B", count / 1e9);
    }

    @Override
    public int vocabularySize() {
        return config.sizes().vocabulary();
    }

    @Override
    public int maxSequenceLength() {
        return config.sizes().maxSequenceLength();
    }

    @Override
    public int layerCount() {
        return config.sizes().layers();
    }

    @Override
    public boolean tiedEmbeddings() {
        return config.embeddings().tied();
    }

    @Override
    public List<WeightShape> weights() {
        List<WeightShape> weights = new ArrayList<>();
        long hidden = config.sizes().hidden();
        weights.add(WeightShape.of(embedding, config.sizes().vocabulary(), hidden));
        for (int i = 0; i < config.sizes().layers(); i++) {
            LayerNames names = new LayerNames(config, i);
            norms(names).forEach(name -> weights.add(WeightShape.of(name, hidden)));
            if (config.attention().headNorms() != AttentionStyle.HeadNormKind.NONE) {
                weights.add(WeightShape.of(names.queryNorm(), names.queryNormSize()));
                weights.add(WeightShape.of(names.keyNorm(), names.keyNormSize()));
            }
            names.projections().forEach(projection -> add(weights, projection));
        }
        weights.add(WeightShape.of(FINAL_NORM, hidden));
        if (!config.embeddings().tied()) {
            add(weights, head());
        }
        return weights;
    }

    private List<String> norms(LayerNames names) {
        List<String> norms = new ArrayList<>();
        if (config.norms().placement().isBefore()) {
            norms.add(names.attentionNorm());
            norms.add(names.mlpNorm());
        }
        if (config.norms().placement().isAfter()) {
            norms.add(names.attendedNorm());
            norms.add(names.mlpOutputNorm());
        }
        return norms;
    }

    private static void add(List<WeightShape> weights, Projection projection) {
        weights.add(WeightShape.of(projection.weightName(), projection.outFeatures(), projection.inFeatures()));
        if (projection.bias()) {
            weights.add(WeightShape.of(projection.biasName(), projection.outFeatures()));
        }
    }

    /** Ties or separates the weights as transformers 5 does ({@code modeling_utils.py}, {@code tie_weights}). */
    @Override
    public ModelDefinition asStored(Checkpoint checkpoint, Consumer<String> warnings) {
        if (!config.embeddings().tied()) {
            return this;
        }
        StoredPair stored = StoredPair.of(checkpoint, EMBEDDING, HEAD_WEIGHT);
        if (stored == StoredPair.DIFFERENT) {
            warnings.accept(
                    HEAD_WEIGHT + " in " + checkpoint.entry(HEAD_WEIGHT).file() + " differs from " + EMBEDDING
                            + ", although the model's config says that they are one (tie_word_embeddings: true). Both are used as"
                            + " they are stored; set tie_word_embeddings to false in the model's config.json to say so there too");
            return new DecoderDefinition(config.withTiedEmbeddings(false));
        }
        // A writer that leaves out doubles may keep the name that comes first in the alphabet.
        return stored == StoredPair.SECOND_ONLY ? new DecoderDefinition(config, HEAD_WEIGHT) : this;
    }

    /** Old checkpoints carry the rotary frequencies of each layer, and some tied ones the head a second time. */
    @Override
    public boolean ignores(String tensorName) {
        return tensorName.endsWith(".rotary_emb.inv_freq")
                || (config.embeddings().tied() && tensorName.equals(HEAD_WEIGHT));
    }

    @Override
    public List<Projection> projections() {
        List<Projection> projections = new ArrayList<>();
        for (int i = 0; i < config.sizes().layers(); i++) {
            projections.addAll(new LayerNames(config, i).projections());
        }
        projections.add(head());
        return projections;
    }

    Projection head() {
        String weight = config.embeddings().tied() ? embedding : HEAD_WEIGHT;
        return new Projection(HEAD, config.sizes().hidden(), config.sizes().vocabulary(), false, weight);
    }

    @Override
    public CausalLanguageModel assemble(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
        return new DecoderModel(this, backend, dtype, weights, linears);
    }
}
