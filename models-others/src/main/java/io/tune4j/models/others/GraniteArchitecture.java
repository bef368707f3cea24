// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.others;

import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.EmbeddingStyle;
import io.tune4j.decoder.JsonKeys;
import io.tune4j.decoder.MlpStyle;
import io.tune4j.decoder.RopeKeys;
import io.tune4j.decoder.Rotary;
import java.util.List;

/** {@code GraniteForCausalLM}, of Granite 3: Llama with factors of embeddings, scores, residuals and logits. */
record GraniteArchitecture() implements Architecture {
    @Override
    public String family() {
        return "Granite";
    }

    @Override
    public List<String> architectures() {
        return List.of("GraniteForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("granite");
    }

    @Override
    public String builder() {
        return "granite";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 2048);
        common.requireActivation("hidden_act", family(), List.of("silu", "swish"));
        int headSize = common.headSize(null);
        Rotary rotary = RopeKeys.of(keys).rotary(headSize, common.maxPositions(), 10_000);
        boolean bias = keys.bool("attention_bias");
        boolean tied = common.tied(false);
        return DecoderConfig.plain(family(), common.sizes(headSize, rotary), common.epsilon(1e-6), rotary, tied)
                .with(AttentionStyle.PLAIN.withBiases(bias, bias).withScores(factor(keys, "attention_multiplier"), 0))
                .with(MlpStyle.PLAIN.withBias(keys.bool("mlp_bias")))
                .with(new EmbeddingStyle(
                        tied,
                        factor(keys, "embedding_multiplier"),
                        factor(keys, "residual_multiplier"),
                        1 / factor(keys, "logits_scaling"),
                        0));
    }

    private static double factor(JsonKeys keys, String key) {
        return keys.has(key) ? keys.positive(key) : 1;
    }
}
