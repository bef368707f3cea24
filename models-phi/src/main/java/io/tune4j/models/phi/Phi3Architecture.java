// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.phi;

import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.JsonKeys;
import io.tune4j.decoder.MlpStyle;
import io.tune4j.decoder.RopeKeys;
import io.tune4j.decoder.Rotary;
import java.util.List;

/** {@code Phi3ForCausalLM}, of Phi-3, 3.5 and 4: q, k and v are one weight, and gate and up. */
record Phi3Architecture() implements Architecture {
    @Override
    public String family() {
        return "Phi-3";
    }

    @Override
    public List<String> architectures() {
        return List.of("Phi3ForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("phi3");
    }

    @Override
    public String builder() {
        return "phi3";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 4096);
        common.requireActivation("hidden_act", family(), List.of("silu", "swish"));
        for (String dropout : List.of("resid_pdrop", "embd_pdrop")) {
            if (keys.number(dropout, 0) != 0) {
                keys.problem(
                        dropout, " is " + keys.number(dropout, 0) + ", and such dropout is not supported; set it to 0");
            }
        }
        int headSize = common.headSize(null);
        Rotary rotary = RopeKeys.of(keys).rotary(headSize, common.maxPositions(), 10_000);
        return DecoderConfig.plain(
                        family(), common.sizes(headSize, rotary), common.epsilon(1e-5), rotary, common.tied(false))
                .with(AttentionStyle.PLAIN.withFusedWeights())
                .with(MlpStyle.PLAIN.withFusedWeights())
                .withWindow((int) keys.optional("sliding_window", 0));
    }
}
