// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.llama;

import io.tune4j.api.model.ModelBuilder;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.DecoderSizes;
import io.tune4j.decoder.NamedBuilder;
import io.tune4j.decoder.RopeScaling;
import io.tune4j.decoder.Rotary;
import java.util.List;

/** The released sizes and the parametric builders, by torchtune's names. */
final class NamedBuilders {
    private NamedBuilders() {}

    static List<ModelBuilder> all() {
        return List.of(
                new ParametricBuilder("llama2", "Llama 2 of any size", 10_000, null, null),
                new ParametricBuilder("llama3", "Llama 3 of any size", 500_000, null, null),
                new ParametricBuilder("llama3_1", "Llama 3.1 of any size", 500_000, 8.0, null),
                new ParametricBuilder("llama3_2", "Llama 3.2 of any size", 500_000, 32.0, true),
                llama2("llama2_7b", "Llama 2 7B", 32, 32, 32, 4096, 11008),
                llama2("llama2_13b", "Llama 2 13B", 40, 40, 40, 5120, 13824),
                llama2("llama2_70b", "Llama 2 70B", 80, 64, 8, 8192, 28672),
                codeLlama2("code_llama2_7b", "Code Llama 7B", 32, 32, 32, 4096, 11008),
                codeLlama2("code_llama2_13b", "Code Llama 13B", 40, 40, 40, 5120, 13824),
                codeLlama2("code_llama2_70b", "Code Llama 70B", 80, 64, 8, 8192, 28672),
                llama3("llama3_8b", "Llama 3 8B", 8192, new RopeScaling.None(), 32, 32, 4096, 14336),
                llama3("llama3_70b", "Llama 3 70B", 8192, new RopeScaling.None(), 80, 64, 8192, 28672),
                llama3("llama3_1_8b", "Llama 3.1 8B", 131072, llama31Scaling(8), 32, 32, 4096, 14336),
                llama3("llama3_1_70b", "Llama 3.1 70B", 131072, llama31Scaling(8), 80, 64, 8192, 28672),
                llama3("llama3_1_405b", "Llama 3.1 405B", 131072, llama31Scaling(8), 126, 128, 16384, 53248),
                llama32("llama3_2_1b", "Llama 3.2 1B", 16, 32, 2048, 8192),
                llama32("llama3_2_3b", "Llama 3.2 3B", 28, 24, 3072, 8192),
                small("smollm2_135m", "SmolLM2 135M", 30, 9, 3, 576, 1536, 100_000),
                small("smollm2_360m", "SmolLM2 360M", 32, 15, 5, 960, 2560, 100_000),
                small("smollm2_1_7b", "SmolLM2 1.7B", 24, 32, 32, 2048, 8192, 130_000),
                named("tinyllama_1b", "TinyLlama 1.1B", 32_000, 2048, 10_000, 22, 32, 4, 2048, 5632),
                llama3("llama3_3_70b", "Llama 3.3 70B", 131072, llama31Scaling(8), 80, 64, 8192, 28672));
    }

    /** The frequencies of {@code torchtune/models/llama3_1/_position_embeddings.py}, whose other factors are fixed. */
    static RopeScaling llama31Scaling(double factor) {
        return new RopeScaling.Llama3(factor, 1, 4, 8192);
    }

    private static ModelBuilder llama2(
            String name, String summary, int layers, int heads, int keyValueHeads, int width, int intermediate) {
        return named(name, summary, 32_000, 4096, 10_000, layers, heads, keyValueHeads, width, intermediate);
    }

    private static ModelBuilder codeLlama2(
            String name, String summary, int layers, int heads, int keyValueHeads, int width, int intermediate) {
        return named(name, summary, 32_016, 16_384, 1_000_000, layers, heads, keyValueHeads, width, intermediate);
    }

    /** SmolLM2's sizes, by the config.json of each on the hub; embeddings are tied. */
    private static ModelBuilder small(
            String name,
            String summary,
            int layers,
            int heads,
            int keyValueHeads,
            int width,
            int intermediate,
            double theta) {
        DecoderConfig config = DecoderConfig.plain(
                LlamaArchitecture.FAMILY,
                new DecoderSizes(49_152, width, intermediate, layers, heads, keyValueHeads, width / heads, 8192),
                1e-5,
                new Rotary(theta, width / heads, new RopeScaling.None()),
                true);
        return new NamedBuilder(name, summary, config, new LlamaArchitecture(), List.of(), false);
    }

    private static ModelBuilder named(
            String name,
            String summary,
            int vocabulary,
            int maxSequenceLength,
            double theta,
            int layers,
            int heads,
            int keyValueHeads,
            int width,
            int intermediate) {
        DecoderConfig config = DecoderConfig.plain(
                LlamaArchitecture.FAMILY,
                new DecoderSizes(
                        vocabulary,
                        width,
                        intermediate,
                        layers,
                        heads,
                        keyValueHeads,
                        width / heads,
                        maxSequenceLength),
                1e-5,
                new Rotary(theta, width / heads, new RopeScaling.None()),
                false);
        return new NamedBuilder(name, summary, config, new LlamaArchitecture(), List.of(), false);
    }

    /** All of them have 8 key-value heads. */
    private static ModelBuilder llama3(
            String name,
            String summary,
            int maxSequenceLength,
            RopeScaling scaling,
            int layers,
            int heads,
            int width,
            int intermediate) {
        DecoderConfig config = DecoderConfig.plain(
                LlamaArchitecture.FAMILY,
                new DecoderSizes(128_256, width, intermediate, layers, heads, 8, width / heads, maxSequenceLength),
                1e-5,
                new Rotary(500_000, width / heads, scaling),
                false);
        return new NamedBuilder(name, summary, config, new LlamaArchitecture(), List.of(), false);
    }

    private static ModelBuilder llama32(
            String name, String summary, int layers, int heads, int width, int intermediate) {
        DecoderConfig config = DecoderConfig.plain(
                LlamaArchitecture.FAMILY,
                new DecoderSizes(128_256, width, intermediate, layers, heads, 8, width / heads, 131_072),
                1e-5,
                new Rotary(500_000, width / heads, llama31Scaling(32)),
                true);
        return new NamedBuilder(name, summary, config, new LlamaArchitecture(), List.of(), true);
    }
}
