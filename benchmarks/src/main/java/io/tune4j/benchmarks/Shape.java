// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.api.batch.TokenizedSample;
import java.util.Locale;

/**
 * The shapes of the comparison: T and Q are tiny, S is SmolLM2-135M's, C is S with four layers and samples of 8,192 tokens, M is
 * Llama-3.2-1B's with four layers, L is Llama-3.1-8B's, for a GPU. Those of other families are Qwen2.5-0.5B's, Qwen3-0.6B's, and
 * Gemma-2-2B's and Phi-3-mini's with four layers.
 */
enum Shape {
    T(64, 2, 4, 2, 128, 512, 500000, 32, 64, true),
    Q(256, 2, 8, 4, 512, 512, 500000, 32, 64, true),
    S(576, 30, 9, 3, 1536, 49152, 100000, 1, 512, true),
    C(576, 4, 9, 3, 1536, 49152, 100000, 1, 8192, true),
    M(2048, 4, 32, 8, 8192, 128256, 500000, 32, 512, true),
    L(4096, 32, 32, 8, 14336, 128256, 500000, 8, 2048, false),
    QWEN2_5(ShapeFamily.QWEN2, 896, 24, 14, 2, 64, 4864, 151936, 1000000, true),
    QWEN3(ShapeFamily.QWEN3, 1024, 28, 16, 8, 128, 3072, 151936, 1000000, true),
    GEMMA2(ShapeFamily.GEMMA2, 2304, 4, 8, 4, 256, 9216, 256000, 10000, true),
    PHI3(ShapeFamily.PHI3, 3072, 4, 32, 32, 96, 8192, 32064, 10000, false);

    static final int BATCH = 2;
    private static final int USUAL_LENGTH = 512;
    private static final long SEED = 1234;

    private final ShapeFamily family;
    final int hidden;
    final int layers;
    final int heads;
    final int keyValueHeads;
    private final int headSize;
    final int feedForward;
    final int vocabulary;
    final double theta;
    final double ropeFactor;
    final int length;
    /** Whether the output projection is the embedding. */
    final boolean tied;

    Shape(
            int hidden,
            int layers,
            int heads,
            int keyValueHeads,
            int feedForward,
            int vocabulary,
            double theta,
            double ropeFactor,
            int length,
            boolean tied) {
        this(
                ShapeFamily.LLAMA,
                hidden,
                layers,
                heads,
                keyValueHeads,
                hidden / heads,
                feedForward,
                vocabulary,
                theta,
                ropeFactor,
                length,
                tied);
    }

    Shape(
            ShapeFamily family,
            int hidden,
            int layers,
            int heads,
            int keyValueHeads,
            int headSize,
            int feedForward,
            int vocabulary,
            double theta,
            boolean tied) {
        this(
                family,
                hidden,
                layers,
                heads,
                keyValueHeads,
                headSize,
                feedForward,
                vocabulary,
                theta,
                1,
                USUAL_LENGTH,
                tied);
    }

    Shape(
            ShapeFamily family,
            int hidden,
            int layers,
            int heads,
            int keyValueHeads,
            int headSize,
            int feedForward,
            int vocabulary,
            double theta,
            double ropeFactor,
            int length,
            boolean tied) {
        this.family = family;
        this.hidden = hidden;
        this.layers = layers;
        this.heads = heads;
        this.keyValueHeads = keyValueHeads;
        this.headSize = headSize;
        this.feedForward = feedForward;
        this.vocabulary = vocabulary;
        this.theta = theta;
        this.ropeFactor = ropeFactor;
        this.length = length;
        this.tied = tied;
    }

    /** Example {@code index} of the comparison: random tokens, the first half masked. */
    TokenizedSample example(int index) {
        return example(index, length);
    }

    /** Makes a sample of {@code length} tokens. */
    TokenizedSample example(int index, int length) {
        MersenneTwister random = new MersenneTwister(SEED + index);
        int[] tokens = new int[length];
        boolean[] trained = new boolean[length];
        for (int i = 0; i < length; i++) {
            tokens[i] = random.nextInt(vocabulary);
            trained[i] = i >= length / 2;
        }
        return new TokenizedSample("example#" + index, tokens, trained);
    }

    /** The config.json of the shape, for runs without a checkpoint. */
    String configJson() {
        String scaling = ropeFactor > 1
                ? String.format(
                        Locale.ROOT,
                        "{\"rope_type\": \"llama3\", \"factor\": %s, \"low_freq_factor\": 1.0,"
                                + " \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 8192}",
                        ropeFactor)
                : "null";
        return String.format(
                Locale.ROOT,
                "{%s, \"head_dim\": %d,"
                        + " \"hidden_size\": %d, \"num_hidden_layers\": %d, \"num_attention_heads\": %d,"
                        + " \"num_key_value_heads\": %d, \"intermediate_size\": %d, \"vocab_size\": %d,"
                        + " \"rope_theta\": %s, \"rope_scaling\": %s, \"rms_norm_eps\": 1e-05,"
                        + " \"tie_word_embeddings\": %s, \"max_position_embeddings\": %d,"
                        + " \"bos_token_id\": 0, \"eos_token_id\": 0}",
                family.keys(),
                headSize,
                hidden,
                layers,
                heads,
                keyValueHeads,
                feedForward,
                vocabulary,
                theta,
                scaling,
                tied,
                ropeFactor > 1 ? 131072 : 8192);
    }

    /** Floating-point operations of the matrix products of one step, counted as the peers' scripts count them. */
    double executedFlops(int samples, int length, int rank, int recomputedLayers) {
        double tokens = (double) samples * length;
        double queries = (double) heads * headSize;
        double keys = (double) keyValueHeads * headSize;
        double perLayer = 2.0 * hidden * queries + 2.0 * hidden * keys + 3.0 * hidden * feedForward;
        double linear = 2 * layers * perLayer * tokens;
        double head = 2.0 * hidden * vocabulary * tokens * 0.5;
        double lora = 2
                * tokens
                * layers
                * rank
                * ((hidden + queries)
                        + (hidden + keys)
                        + (queries + hidden)
                        + 2.0 * (hidden + feedForward)
                        + (feedForward + hidden));
        double attention = layers * 4.0 * length * tokens * queries;
        double recomputed = (linear + lora + attention * 0.5) * recomputedLayers / layers;
        return 2 * linear + 2 * head + 3 * lora + 3 * attention * 0.5 + recomputed;
    }
}
