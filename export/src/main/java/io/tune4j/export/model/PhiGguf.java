// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import io.tune4j.export.gguf.GgufMetadata;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Phi 3, 3.5 and 4, whose queries, keys and values are one projection, as are gate and up. */
final class PhiGguf implements GgufFamily {
    @Override
    public String name() {
        return "phi3";
    }

    @Override
    public List<String> architectures() {
        return List.of("Phi3ForCausalLM");
    }

    @Override
    public void describe(HfConfig config, GgufMetadata keys, Consumer<String> warnings) {
        CommonKeys.describe(name(), config, keys);
        long positions = config.integer("max_position_embeddings");
        long original = config.integer("original_max_position_embeddings", positions);
        keys.uint32(name() + ".rope.dimension_count", rotated(config));
        keys.uint32(name() + ".rope.scaling.original_context_length", original);
        long window = config.integer("sliding_window", 0);
        keys.uint32(name() + ".attention.sliding_window", window < positions ? window : 0);
        CommonKeys.warnAboutWindow(config, warnings);
        if (isLong(config.ropeScaling())) {
            double scale = (double) positions / original;
            double factor = scale <= 1 ? 1 : Math.sqrt(1 + Math.log(scale) / Math.log(original));
            keys.float32(name() + ".rope.scaling.attn_factor", factor);
        }
    }

    private static boolean isLong(JsonNode scaling) {
        return List.of("longrope", "su").contains(HfConfig.type(scaling));
    }

    private static long rotated(HfConfig config) {
        return (long) (config.headSize() * config.number("partial_rotary_factor", 1));
    }

    @Override
    public Map<String, String> layerParts() {
        Map<String, String> parts = CommonKeys.layerParts();
        parts.keySet().removeAll(List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"));
        parts.keySet().removeAll(List.of("mlp.gate_proj", "mlp.up_proj"));
        parts.put("self_attn.qkv_proj", "attn_qkv");
        parts.put("mlp.gate_up_proj", "ffn_up");
        return parts;
    }

    @Override
    public TensorChange change(String checkpointName, HfConfig config) {
        return TensorChange.NONE;
    }

    @Override
    public Map<String, float[]> computed(HfConfig config) {
        JsonNode scaling = config.ropeScaling();
        Map<String, float[]> tensors = new HashMap<>();
        if (isLong(scaling)) {
            for (String length : List.of("long", "short")) {
                List<Double> factors = HfConfig.numbers(scaling.path(length + "_factor"));
                float[] values = new float[factors.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = factors.get(i).floatValue();
                }
                tensors.put("rope_factors_" + length + ".weight", values);
            }
        }
        return tensors;
    }

    @Override
    public ObjectNode config(GgufMetadata keys, boolean tied) {
        if (keys.has(name() + ".rope.scaling.attn_factor")) {
            throw new DataException("a Phi model with factors for long contexts cannot be read from GGUF;"
                    + " take its safetensors files, or a file of the model for 4,096 tokens");
        }
        ObjectNode config = CommonKeys.config(name(), keys, tied);
        config.putArray("architectures").add("Phi3ForCausalLM");
        long window = keys.integer(name() + ".attention.sliding_window", 0);
        if (window > 0) {
            config.put("sliding_window", window);
        }
        double rotated = keys.integer(
                name() + ".rope.dimension_count", config.path("head_dim").asLong());
        config.put("partial_rotary_factor", rotated / config.path("head_dim").asLong(1));
        config.remove("head_dim");
        return config.put("model_type", "phi3").put("hidden_act", "silu");
    }
}
