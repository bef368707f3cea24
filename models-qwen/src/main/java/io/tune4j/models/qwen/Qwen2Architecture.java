// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.qwen;

import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.JsonKeys;
import java.util.List;

/** {@code Qwen2ForCausalLM}, of Qwen 2 and 2.5: queries, keys and values have biases. */
record Qwen2Architecture() implements Architecture {
    @Override
    public String family() {
        return "Qwen 2";
    }

    @Override
    public List<String> architectures() {
        return List.of("Qwen2ForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("qwen2");
    }

    @Override
    public String builder() {
        return "qwen2";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 32_768);
        return QwenKeys.read(keys, family(), common, common.headSize(null))
                .with(AttentionStyle.PLAIN.withBiases(true, false));
    }
}
