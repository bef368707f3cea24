// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.gemma;

import io.tune4j.api.decoder.Architecture;
import io.tune4j.api.decoder.AttentionStyle;
import io.tune4j.api.decoder.CommonKeys;
import io.tune4j.api.decoder.DecoderConfig;
import io.tune4j.api.decoder.JsonKeys;
import io.tune4j.api.decoder.NormStyle.Placement;
import io.tune4j.api.decoder.RopeKeys;
import io.tune4j.api.decoder.Rotary;
import java.util.List;

/** {@code GemmaForCausalLM}. */
record GemmaArchitecture() implements Architecture {
    @Override
    public String family() {
        return "Gemma";
    }

    @Override
    public List<String> architectures() {
        return List.of("GemmaForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("gemma");
    }

    @Override
    public String builder() {
        return "gemma";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 8192);
        GemmaParts.check(keys, common, family());
        int headSize = common.headSize(256);
        Rotary rotary = RopeKeys.of(keys).rotary(headSize, common.maxPositions(), 10_000);
        boolean bias = keys.bool("attention_bias");
        return GemmaParts.of(
                        family(),
                        common.sizes(headSize, rotary),
                        common.epsilon(1e-6),
                        rotary,
                        Placement.BEFORE,
                        common.tied(true),
                        0)
                .with(AttentionStyle.PLAIN.withBiases(bias, bias));
    }
}
