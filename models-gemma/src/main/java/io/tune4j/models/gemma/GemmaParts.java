// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.gemma;

import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.DecoderSizes;
import io.tune4j.decoder.EmbeddingStyle;
import io.tune4j.decoder.JsonKeys;
import io.tune4j.decoder.MlpStyle;
import io.tune4j.decoder.NormStyle;
import io.tune4j.decoder.NormStyle.Placement;
import io.tune4j.decoder.Rotary;
import java.util.List;

/** The parts that Gemma 1, 2 and 3 have in common: scaled embeddings, norms by {@code 1 + w}, GeGLU. */
final class GemmaParts {
    private static final List<String> ACTIVATIONS = List.of("gelu_pytorch_tanh", "gelu");

    private GemmaParts() {}

    /**
     * A Gemma with one rotary embedding in all layers.
     *
     * @param placement of the norms
     * @param softCap of the logits; 0 for none
     */
    static DecoderConfig of(
            String family,
            DecoderSizes sizes,
            double epsilon,
            Rotary rotary,
            Placement placement,
            boolean tied,
            double softCap) {
        return DecoderConfig.plain(family, sizes, epsilon, rotary, tied)
                .with(new NormStyle(epsilon, true, placement))
                .with(MlpStyle.PLAIN.with(MlpStyle.Activation.GELU_TANH))
                .with(new EmbeddingStyle(tied, Math.sqrt(sizes.hidden()), 1, 1, softCap));
    }

    /** The first releases say {@code gelu} and mean the approximation, as in transformers. */
    static void check(JsonKeys keys, CommonKeys common, String family) {
        common.requireActivation(
                keys.has("hidden_activation") ? "hidden_activation" : "hidden_act", family, ACTIVATIONS);
        if (keys.bool("use_bidirectional_attention")) {
            keys.problem(
                    "use_bidirectional_attention",
                    " is true: tokens see what comes after them, so that this model does not predict it; take a causal one");
        }
    }
}
