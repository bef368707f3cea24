// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.others;

import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.AttentionStyle.HeadNormKind;
import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.JsonKeys;
import io.tune4j.decoder.NormStyle;
import io.tune4j.decoder.NormStyle.Placement;
import io.tune4j.decoder.RopeKeys;
import io.tune4j.decoder.Rotary;
import java.util.List;

/** {@code Olmo2ForCausalLM}: norms after attention and MLP, and of queries and keys over all heads (OLMo team 2024, sec. 3). */
record Olmo2Architecture() implements Architecture {
    @Override
    public String family() {
        return "OLMo 2";
    }

    @Override
    public List<String> architectures() {
        return List.of("Olmo2ForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("olmo2");
    }

    @Override
    public String builder() {
        return "olmo2";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 2048);
        common.requireActivation("hidden_act", family(), List.of("silu", "swish"));
        int headSize = common.headSize(null);
        Rotary rotary = RopeKeys.of(keys).rotary(headSize, common.maxPositions(), 10_000);
        boolean bias = keys.bool("attention_bias");
        double epsilon = common.epsilon(1e-5);
        return DecoderConfig.plain(family(), common.sizes(headSize, rotary), epsilon, rotary, common.tied(false))
                .with(AttentionStyle.PLAIN.withBiases(bias, bias).withHeadNorms(HeadNormKind.ALL_HEADS))
                .with(new NormStyle(epsilon, false, Placement.AFTER));
    }
}
