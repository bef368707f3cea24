// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.export.gguf.GgufMetadata;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Llama and Mistral, whose queries and keys llama.cpp rotates in pairs of neighbours. */
final class LlamaGguf implements GgufFamily {
    private static final String ROPE_FACTORS = "rope_freqs.weight";

    @Override
    public String name() {
        return "llama";
    }

    @Override
    public List<String> architectures() {
        return List.of("LlamaForCausalLM", "MistralForCausalLM");
    }

    @Override
    public void describe(HfConfig config, GgufMetadata keys, Consumer<String> warnings) {
        CommonKeys.describe(name(), config, keys);
        CommonKeys.scaling(name(), config, keys, warnings);
        CommonKeys.warnAboutWindow(config, warnings);
    }

    @Override
    public Map<String, String> layerParts() {
        return CommonKeys.layerParts();
    }

    @Override
    public TensorChange change(String checkpointName, HfConfig config) {
        if (checkpointName.contains(".self_attn.q_proj.")) {
            return TensorChange.paired(config.heads());
        }
        return checkpointName.contains(".self_attn.k_proj.")
                ? TensorChange.paired(config.keyHeads())
                : TensorChange.NONE;
    }

    /** Llama 3.1's factors of the rotary wave lengths: 1 for short waves, the factor for long ones, and a transition between them. */
    @Override
    public Map<String, float[]> computed(HfConfig config) {
        JsonNode scaling = config.ropeScaling();
        if (!HfConfig.type(scaling).equals("llama3")) {
            return Map.of();
        }
        double factor = scaling.path("factor").asDouble(8);
        double low = scaling.path("low_freq_factor").asDouble(1);
        double high = scaling.path("high_freq_factor").asDouble(4);
        double original = scaling.path("original_max_position_embeddings").asDouble(8192);
        int size = Math.toIntExact(config.headSize());
        float[] factors = new float[size / 2];
        for (int i = 0; i < factors.length; i++) {
            double wave = 2 * Math.PI * Math.pow(config.ropeBase(), 2.0 * i / size);
            double smooth = (original / wave - low) / (high - low);
            factors[i] = (float)
                    (wave < original / high
                            ? 1
                            : wave > original / low ? factor : 1 / ((1 - smooth) / factor + smooth));
        }
        return Map.of(ROPE_FACTORS, factors);
    }

    @Override
    public ObjectNode config(GgufMetadata keys, boolean tied) {
        ObjectNode config = CommonKeys.config(name(), keys, tied);
        config.putArray("architectures").add("LlamaForCausalLM");
        return config.put("model_type", "llama").put("hidden_act", "silu");
    }
}
