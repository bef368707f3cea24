// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.llama;

import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.JsonKeys;
import io.tune4j.decoder.MlpStyle;
import io.tune4j.decoder.RopeKeys;
import io.tune4j.decoder.Rotary;
import java.util.List;

/** {@code LlamaForCausalLM}. */
record LlamaArchitecture() implements Architecture {
    static final String FAMILY = "Llama";

    @Override
    public String family() {
        return FAMILY;
    }

    @Override
    public List<String> architectures() {
        return List.of("LlamaForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("llama");
    }

    @Override
    public String builder() {
        return "llama";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 2048);
        common.requireActivation("hidden_act", FAMILY, List.of("silu", "swish"));
        int headSize = common.headSize(null);
        Rotary rotary = RopeKeys.of(keys).rotary(headSize, common.maxPositions(), 10_000);
        boolean bias = keys.bool("attention_bias");
        return DecoderConfig.plain(
                        FAMILY, common.sizes(headSize, rotary), common.epsilon(1e-6), rotary, common.tied(false))
                .with(AttentionStyle.PLAIN.withBiases(bias, bias))
                .with(MlpStyle.PLAIN.withBias(keys.bool("mlp_bias")));
    }
}
