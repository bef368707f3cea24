// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.qwen;

import io.tune4j.api.model.ModelBuilder;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.BuilderArguments;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.DecoderSizes;
import io.tune4j.decoder.NamedBuilder;
import io.tune4j.decoder.Rotary;
import java.util.List;

/** The released sizes, by torchtune's names. */
final class QwenSizes {
    private static final AttentionStyle ATTENTION = AttentionStyle.PLAIN.withBiases(true, false);

    /** Base and instruct releases of one size differ in these. */
    private static final List<String> OPEN = List.of("rms_norm_eps", DecoderConfig.WINDOWS, DecoderConfig.ROPE_SCALING);

    private QwenSizes() {}

    static List<ModelBuilder> all() {
        return List.of(
                size("qwen2_0_5b", "Qwen2 0.5B", 151_936, 24, 14, 2, 896, 4_864, 32_768, true),
                size("qwen2_1_5b", "Qwen2 1.5B", 151_936, 28, 12, 2, 1536, 8_960, 32_768, true),
                size("qwen2_7b", "Qwen2 7B", 152_064, 28, 28, 4, 3584, 18_944, 32_768, false),
                size("qwen2_5_0_5b", "Qwen2.5 0.5B", 151_936, 24, 14, 2, 896, 4_864, 32_768, true),
                size("qwen2_5_1_5b_base", "Qwen2.5 1.5B base", 151_936, 28, 12, 2, 1536, 8_960, 131_072, true),
                size("qwen2_5_1_5b_instruct", "Qwen2.5 1.5B instruct", 151_936, 28, 12, 2, 1536, 8_960, 32_768, true),
                size("qwen2_5_3b", "Qwen2.5 3B", 151_936, 36, 16, 2, 2048, 11_008, 32_768, true),
                size("qwen2_5_7b_base", "Qwen2.5 7B base", 152_064, 28, 28, 4, 3584, 18_944, 131_072, false),
                size("qwen2_5_7b_instruct", "Qwen2.5 7B instruct", 152_064, 28, 28, 4, 3584, 18_944, 32_768, false),
                size("qwen2_5_14b_base", "Qwen2.5 14B base", 152_064, 48, 40, 8, 5120, 13_824, 131_072, false),
                size("qwen2_5_14b_instruct", "Qwen2.5 14B instruct", 152_064, 48, 40, 8, 5120, 13_824, 32_768, false),
                size("qwen2_5_32b_base", "Qwen2.5 32B base", 152_064, 64, 40, 8, 5120, 27_648, 131_072, false),
                size("qwen2_5_32b_instruct", "Qwen2.5 32B instruct", 152_064, 64, 40, 8, 5120, 27_648, 32_768, false),
                size("qwen2_5_72b_base", "Qwen2.5 72B base", 152_064, 80, 64, 8, 8192, 29_568, 131_072, false),
                size("qwen2_5_72b_instruct", "Qwen2.5 72B instruct", 152_064, 80, 64, 8, 8192, 29_568, 32_768, false));
    }

    private static ModelBuilder size(
            String name,
            String summary,
            int vocabulary,
            int layers,
            int heads,
            int keyValueHeads,
            int width,
            int intermediate,
            int maxSequenceLength,
            boolean tied) {
        int headSize = width / heads;
        DecoderSizes sizes = new DecoderSizes(
                vocabulary, width, intermediate, layers, heads, keyValueHeads, headSize, maxSequenceLength);
        DecoderConfig config = DecoderConfig.plain("Qwen 2", sizes, 1e-6, new Rotary(1_000_000, headSize), tied)
                .with(ATTENTION);
        return new NamedBuilder(name, summary, config, new Qwen2Architecture(), OPEN, false);
    }

    static DecoderConfig ofArguments(BuilderArguments arguments) {
        DecoderSizes sizes = arguments.sizes(false);
        return DecoderConfig.plain(
                        "Qwen 2",
                        sizes,
                        arguments.epsilon(1e-5),
                        arguments.rotary(sizes.headSize(), 1_000_000),
                        arguments.options().bool("tie_word_embeddings", false))
                .with(ATTENTION);
    }
}
