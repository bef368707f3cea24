// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.gemma;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.BuilderArguments;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.DecoderSizes;
import io.tune4j.decoder.LayerKind;
import io.tune4j.decoder.NamedBuilder;
import io.tune4j.decoder.NormStyle.Placement;
import io.tune4j.decoder.Rotary;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The released sizes, by torchtune's names. The soft caps are the releases' (50 for scores, 30 for logits); torchtune 0.6.1 has
 * them the other way round.
 */
final class GemmaSizes {
    private static final double THETA = 10_000;
    private static final double EPSILON = 1e-6;
    private static final double SCORE_CAP = 50;
    private static final double LOGIT_CAP = 30;
    private static final int WINDOW = 4096;

    private GemmaSizes() {}

    static List<ModelBuilder> all() {
        return List.of(
                gemma("gemma_2b", "Gemma 2B", new DecoderSizes(256_000, 2048, 16_384, 18, 8, 1, 256, 8192)),
                gemma("gemma_7b", "Gemma 7B", new DecoderSizes(256_000, 3072, 24_576, 28, 16, 16, 256, 8192)),
                gemma2("gemma2_2b", "Gemma 2 2B", new DecoderSizes(256_000, 2304, 9216, 26, 8, 4, 256, 8192), 256),
                gemma2("gemma2_9b", "Gemma 2 9B", new DecoderSizes(256_000, 3584, 14_336, 42, 16, 8, 256, 8192), 256),
                gemma2(
                        "gemma2_27b",
                        "Gemma 2 27B",
                        new DecoderSizes(256_000, 4608, 36_864, 46, 32, 16, 128, 8192),
                        144));
    }

    private static ModelBuilder gemma(String name, String summary, DecoderSizes sizes) {
        Rotary rotary = new Rotary(THETA, sizes.headSize());
        DecoderConfig config = GemmaParts.of("Gemma", sizes, EPSILON, rotary, Placement.BEFORE, true, 0);
        return new NamedBuilder(name, summary, config, GemmaArchitecture.GEMMA, List.of(), false);
    }

    private static ModelBuilder gemma2(String name, String summary, DecoderSizes sizes, double queryScalar) {
        Rotary rotary = new Rotary(THETA, sizes.headSize());
        DecoderConfig config = gemma2(sizes, EPSILON, rotary, queryScalar, SCORE_CAP, LOGIT_CAP, WINDOW);
        return new NamedBuilder(name, summary, config, GemmaArchitecture.GEMMA2, List.of(), false);
    }

    private static DecoderConfig gemma2(
            DecoderSizes sizes,
            double epsilon,
            Rotary rotary,
            double queryScalar,
            double scoreCap,
            double logitCap,
            int window) {
        return GemmaParts.of("Gemma 2", sizes, epsilon, rotary, Placement.AROUND, true, logitCap)
                .with(AttentionStyle.PLAIN.withScores(1 / Math.sqrt(queryScalar), scoreCap))
                .withKinds(IntStream.range(0, Math.max(0, sizes.layers()))
                        .mapToObj(layer -> new LayerKind(layer % 2 == 0 ? window : 0, rotary))
                        .toList());
    }

    static DecoderConfig ofArguments(BuilderArguments arguments) {
        DecoderSizes sizes = arguments.sizes(true);
        Rotary rotary = arguments.rotary(sizes.headSize(), THETA);
        return GemmaParts.of("Gemma", sizes, arguments.epsilon(EPSILON), rotary, Placement.BEFORE, true, 0);
    }

    static DecoderConfig ofArguments2(BuilderArguments arguments) {
        ConfigReader options = arguments.options();
        DecoderSizes sizes = arguments.sizes(true);
        Double queryScalar = options.numberOrNull("query_pre_attn_scalar");
        return gemma2(
                sizes,
                arguments.epsilon(EPSILON),
                arguments.rotary(sizes.headSize(), THETA),
                queryScalar == null ? sizes.headSize() : queryScalar,
                options.number("hidden_capping_value", SCORE_CAP),
                options.number("final_capping_value", LOGIT_CAP),
                options.integer("sliding_window_size", WINDOW));
    }
}
