// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.qwen;

import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.AttentionStyle.HeadNormKind;
import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.JsonKeys;
import java.util.List;

/** {@code Qwen3ForCausalLM}: queries and keys are normed, head by head. */
record Qwen3Architecture() implements Architecture {
    @Override
    public String family() {
        return "Qwen 3";
    }

    @Override
    public List<String> architectures() {
        return List.of("Qwen3ForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("qwen3");
    }

    @Override
    public String builder() {
        return "qwen3";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 32_768);
        boolean bias = keys.bool("attention_bias");
        return QwenKeys.read(keys, family(), common, common.headSize(128))
                .with(AttentionStyle.PLAIN.withBiases(bias, bias).withHeadNorms(HeadNormKind.EACH_HEAD));
    }
}
