// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.llama;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.DecoderDefinition;
import io.tune4j.decoder.DecoderSizes;
import io.tune4j.decoder.RopeScaling;
import io.tune4j.decoder.Rotary;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Llama of any size, with torchtune's arguments ({@code torchtune/models/<family>/_component_builders.py}).
 *
 * @param ropeBase the default of {@code rope_base}
 * @param scaleFactor the default of {@code scale_factor}, or null for a family without scaled positions
 * @param tied the default of {@code tie_word_embeddings}, or null for a family that never ties them
 */
record ParametricBuilder(
        String name,
        String summary,
        double ropeBase,
        @Nullable Double scaleFactor,
        @Nullable Boolean tied) implements ModelBuilder {

    @Override
    public @Nullable ModelDefinition define(ConfigReader options, @Nullable Path checkpointDirectory) {
        int embedDim = options.integer("embed_dim");
        int heads = options.integer("num_heads");
        int intermediate = options.integer("intermediate_dim", scaledHiddenDim(embedDim));
        double scale = scaleFactor == null ? 1 : options.number("scale_factor", scaleFactor);
        if (!(scale > 0) || Double.isInfinite(scale)) {
            options.problem("scale_factor", "expected a number above 0, found " + scale);
        }
        if (options.number("attn_dropout", 0) != 0) {
            options.problem("attn_dropout", "dropout of attention weights is not supported; set it to 0");
        }
        int headSize = heads > 0 ? embedDim / heads : 0;
        RopeScaling scaling = scaleFactor == null ? new RopeScaling.None() : NamedBuilders.llama31Scaling(scale);
        DecoderConfig config = DecoderConfig.plain(
                LlamaArchitecture.FAMILY,
                new DecoderSizes(
                        options.integer("vocab_size"),
                        embedDim,
                        intermediate,
                        options.integer("num_layers"),
                        heads,
                        options.integer("num_kv_heads"),
                        headSize,
                        options.integer("max_seq_len")),
                options.number("norm_eps", 1e-5),
                new Rotary(options.number("rope_base", ropeBase), headSize, scaling),
                tied != null && options.bool("tie_word_embeddings", tied));
        if (!options.problems().isEmpty()) {
            return null;
        }
        List<String> contradictions = config.contradictions();
        contradictions.forEach(contradiction -> options.problem("_component_", contradiction));
        return contradictions.isEmpty() ? new DecoderDefinition(config) : null;
    }

    /** {@code scale_hidden_dim_for_mlp}: two thirds of four times the width, rounded up to a multiple of 256. */
    private static int scaledHiddenDim(int dim) {
        int hidden = 4 * (int) (2L * dim / 3);
        return 256 * ((hidden + 255) / 256);
    }
}
