// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.StoredPair;
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
 * @param names of its modules and weights
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record DecoderDefinition(DecoderConfig config, Names names) implements ModelDefinition {
    private static final String HEAD = "lm_head";

    /** With the usual names. */
    public DecoderDefinition(DecoderConfig config) {
        this(config, Names.ALONE);
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
        weights.add(WeightShape.of(names.embedding(), config.sizes().vocabulary(), hidden));
        for (int i = 0; i < config.sizes().layers(); i++) {
            LayerNames layer = new LayerNames(this, i);
            norms(layer).forEach(name -> weights.add(WeightShape.of(name, hidden)));
            if (config.attention().headNorms() != AttentionStyle.HeadNormKind.NONE) {
                weights.add(WeightShape.of(layer.queryNorm(), layer.queryNormSize()));
                weights.add(WeightShape.of(layer.keyNorm(), layer.keyNormSize()));
            }
            layer.projections().forEach(projection -> add(weights, projection));
        }
        weights.add(WeightShape.of(names.finalNorm(), hidden));
        if (!config.embeddings().tied()) {
            add(weights, head());
        }
        return weights;
    }

    private List<String> norms(LayerNames layer) {
        List<String> norms = new ArrayList<>();
        if (config.norms().placement().isBefore()) {
            norms.add(layer.attentionNorm());
            norms.add(layer.mlpNorm());
        }
        if (config.norms().placement().isAfter()) {
            norms.add(layer.attendedNorm());
            norms.add(layer.mlpOutputNorm());
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
        Names found = names.in(checkpoint);
        if (!config.embeddings().tied()) {
            return new DecoderDefinition(config, found);
        }
        StoredPair stored = StoredPair.of(checkpoint, found.embedding(), found.head());
        if (stored == StoredPair.DIFFERENT) {
            warnings.accept(
                    found.head() + " in " + checkpoint.entry(found.head()).file() + " differs from "
                            + found.embedding()
                            + ", although the model's config says that they are one (tie_word_embeddings: true). Both are used as"
                            + " they are stored; set tie_word_embeddings to false in the model's config.json to say so there too");
            return new DecoderDefinition(config.withTiedEmbeddings(false), found);
        }
        // A writer that leaves out doubles may keep the name that comes first in the alphabet.
        return new DecoderDefinition(config, stored == StoredPair.SECOND_ONLY ? found.withEmbeddingAsHead() : found);
    }

    /**
     * Old checkpoints carry the rotary frequencies of each layer, some tied ones the head a second time, and those of models for
     * images too what reads images.
     */
    @Override
    public boolean ignores(String tensorName) {
        return tensorName.endsWith(".rotary_emb.inv_freq")
                || names.isOfOtherPart(tensorName)
                || (config.embeddings().tied() && tensorName.equals(names.head()));
    }

    @Override
    public String modulePrefix() {
        return names.isPart() ? names.modules() : "";
    }

    @Override
    public List<Projection> projections() {
        List<Projection> projections = new ArrayList<>();
        for (int i = 0; i < config.sizes().layers(); i++) {
            projections.addAll(new LayerNames(this, i).projections());
        }
        projections.add(head());
        return projections;
    }

    Projection head() {
        String weight = config.embeddings().tied() ? names.embedding() : names.head();
        return new Projection(HEAD, config.sizes().hidden(), config.sizes().vocabulary(), false, weight);
    }

    @Override
    public CausalLanguageModel assemble(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
        return new DecoderModel(this, backend, dtype, weights, linears);
    }

    /**
     * The names of a decoder's modules and of their weights in a checkpoint. The two differ in the published checkpoints of models for
     * text and images: transformers has renamed their modules since, and renames the weights while it loads
     * ({@code conversion_mapping.py}). Adapters have the names of modules.
     *
     * @param modules what the names of all modules but the output projection begin with
     * @param weights what the names of their weights begin with
     * @param head the name of the output projection's weight
     * @param embedding the name of the embedding's weight
     */
    public record Names(String modules, String weights, String head, String embedding) {
        private static final String TABLE = "embed_tokens.weight";

        /** Those of a checkpoint with a decoder only. */
        static final Names ALONE = of("model.", "model.", "lm_head.weight");

        /** Those of a text part, as transformers has it in memory. */
        static final Names PART = of("model.language_model.", "model.language_model.", "lm_head.weight");

        /** Those of a text part, as checkpoints have it. */
        private static final Names PUBLISHED_PART =
                of("model.language_model.", "language_model.model.", "language_model.lm_head.weight");

        private static Names of(String modules, String weights, String head) {
            return new Names(modules, weights, head, weights + TABLE);
        }

        /** Those with the same modules that a checkpoint's weights have; these where it has neither. */
        Names in(Checkpoint checkpoint) {
            return List.of(this, PUBLISHED_PART).stream()
                    .filter(names -> names.modules.equals(modules))
                    .filter(names ->
                            checkpoint.entries().keySet().stream().anyMatch(name -> name.startsWith(names.weights)))
                    .findFirst()
                    .orElse(this);
        }

        /** With the embedding under the output projection's name. */
        Names withEmbeddingAsHead() {
            return new Names(modules, weights, head, head);
        }

        String finalNorm() {
            return weights + "norm.weight";
        }

        /** Whether a tensor belongs to what the checkpoint has besides the text part. */
        boolean isOfOtherPart(String tensor) {
            return isPart() && !tensor.startsWith(weights) && !tensor.equals(head);
        }

        boolean isPart() {
            return !modules.equals(ALONE.modules);
        }
    }
}
