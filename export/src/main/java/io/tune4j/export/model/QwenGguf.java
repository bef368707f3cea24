// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.export.gguf.GgufMetadata;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Qwen 2 and 2.5, whose queries, keys and values have biases, and Qwen 3, whose heads are normed.
 *
 * @param name llama.cpp's
 * @param architecture transformers'
 * @param headNorms whether queries and keys are normed
 */
record QwenGguf(String name, String architecture, boolean headNorms) implements GgufFamily {
    static final QwenGguf QWEN2 = new QwenGguf("qwen2", "Qwen2ForCausalLM", false);
    static final QwenGguf QWEN3 = new QwenGguf("qwen3", "Qwen3ForCausalLM", true);

    @Override
    public List<String> architectures() {
        return List.of(architecture);
    }

    @Override
    public void describe(HfConfig config, GgufMetadata keys, Consumer<String> warnings) {
        CommonKeys.describe(name, config, keys);
        CommonKeys.scaling(name, config, keys, warnings);
    }

    @Override
    public Map<String, String> layerParts() {
        return headNorms ? CommonKeys.withHeadNorms(CommonKeys.layerParts()) : CommonKeys.layerParts();
    }

    @Override
    public TensorChange change(String checkpointName, HfConfig config) {
        return TensorChange.NONE;
    }

    @Override
    public ObjectNode config(GgufMetadata keys, boolean tied) {
        ObjectNode config = CommonKeys.config(name, keys, tied);
        config.putArray("architectures").add(architecture);
        return config.put("model_type", name).put("hidden_act", "silu");
    }
}
