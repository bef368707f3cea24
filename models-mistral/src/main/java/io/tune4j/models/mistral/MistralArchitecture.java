// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.mistral;

import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.JsonKeys;
import io.tune4j.decoder.RopeKeys;
import io.tune4j.decoder.Rotary;
import java.util.List;

/** {@code MistralForCausalLM}. */
record MistralArchitecture() implements Architecture {
    @Override
    public String family() {
        return "Mistral";
    }

    @Override
    public List<String> architectures() {
        return List.of("MistralForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("mistral");
    }

    @Override
    public String builder() {
        return "mistral";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 131_072);
        common.requireActivation("hidden_act", family(), List.of("silu", "swish"));
        int headSize = common.headSize(null);
        Rotary rotary = RopeKeys.of(keys).rotary(headSize, common.maxPositions(), 10_000);
        return DecoderConfig.plain(
                        family(), common.sizes(headSize, rotary), common.epsilon(1e-6), rotary, common.tied(false))
                .withWindow((int) keys.optional("sliding_window", 4096));
    }
}
