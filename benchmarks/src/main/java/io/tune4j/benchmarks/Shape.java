// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.api.batch.TokenizedSample;
import java.util.Locale;

/**
 * The shapes of the comparison: T and Q are tiny, S is SmolLM2-135M's, C is S with four layers and samples of 8,192 tokens, M is
 * Llama-3.2-1B's with four layers, L is Llama-3.1-8B's, for a GPU.
 */
enum Shape {
    T(64, 2, 4, 2, 128, 512, 500000, 32, 64, true),
    Q(256, 2, 8, 4, 512, 512, 500000, 32, 64, true),
    S(576, 30, 9, 3, 1536, 49152, 100000, 1, 512, true),
    C(576, 4, 9, 3, 1536, 49152, 100000, 1, 8192, true),
    M(2048, 4, 32, 8, 8192, 128256, 500000, 32, 512, true),
    L(4096, 32, 32, 8, 14336, 128256, 500000, 8, 2048, false);

    static final int BATCH = 2;
    private static final long SEED = 1234;

    final int hidden;
    final int layers;
    final int heads;
    final int keyValueHeads;
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
        this.hidden = hidden;
        this.layers = layers;
        this.heads = heads;
        this.keyValueHeads = keyValueHeads;
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
                "{\"architectures\": [\"LlamaForCausalLM\"], \"model_type\": \"llama\", \"hidden_act\": \"silu\","
                        + " \"hidden_size\": %d, \"num_hidden_layers\": %d, \"num_attention_heads\": %d,"
                        + " \"num_key_value_heads\": %d, \"intermediate_size\": %d, \"vocab_size\": %d,"
                        + " \"rope_theta\": %s, \"rope_scaling\": %s, \"rms_norm_eps\": 1e-05,"
                        + " \"tie_word_embeddings\": %s, \"max_position_embeddings\": %d,"
                        + " \"bos_token_id\": 0, \"eos_token_id\": 0}",
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
        double headWidth = (double) keyValueHeads * (hidden / heads);
        double perLayer = 2.0 * hidden * hidden + 2.0 * hidden * headWidth + 3.0 * hidden * feedForward;
        double linear = 2 * layers * perLayer * tokens;
        double head = 2.0 * hidden * vocabulary * tokens * 0.5;
        double lora = 2
                * tokens
                * layers
                * rank
                * ((hidden + hidden)
                        + (hidden + headWidth)
                        + (hidden + hidden)
                        + 2.0 * (hidden + feedForward)
                        + (feedForward + hidden));
        double attention = layers * 4.0 * length * tokens * hidden;
        double recomputed = (linear + lora + attention * 0.5) * recomputedLayers / layers;
        return 2 * linear + 2 * head + 3 * lora + 3 * attention * 0.5 + recomputed;
    }
}
