// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.export.gguf.GgufMetadata;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Gemma 1, 2 and 3 for text. A norm's weight is stored with 1 added.
 *
 * @param name llama.cpp's
 * @param architecture transformers'
 * @param generation 1, 2 or 3
 */
record GemmaGguf(String name, String architecture, int generation) implements GgufFamily {
    static final GemmaGguf GEMMA = new GemmaGguf("gemma", "GemmaForCausalLM", 1);
    static final GemmaGguf GEMMA2 = new GemmaGguf("gemma2", "Gemma2ForCausalLM", 2);
    static final GemmaGguf GEMMA3 = new GemmaGguf("gemma3", "Gemma3ForCausalLM", 3);

    private static final TensorChange PLUS_ONE = new TensorChange(0, 1);

    /** The layers of the one model whose attention llama.cpp scales by the width of a head's share of the hidden state. */
    private static final int LARGE_GEMMA2_LAYERS = 46;

    private static final int LARGE_GEMMA3_LAYERS = 62;

    /** Gemma 3's layers from one with full attention to the next; a file need not name it. */
    private static final int USUAL_PATTERN = 6;

    private static final String PATTERN_KEY = ".attention.sliding_window_pattern";

    @Override
    public List<String> architectures() {
        return List.of(architecture);
    }

    @Override
    public void describe(HfConfig config, GgufMetadata keys, Consumer<String> warnings) {
        CommonKeys.describe(name, config, keys);
        CommonKeys.scaling(name, config, keys, warnings);
        if (generation == 1) {
            return;
        }
        keys.uint32(name + ".attention.sliding_window", config.integer("sliding_window", 4096));
        if (generation == 2) {
            keys.float32(name + ".attn_logit_softcapping", config.number("attn_logit_softcapping", 50));
            keys.float32(name + ".final_logit_softcapping", config.number("final_logit_softcapping", 30));
        } else {
            JsonNode local = config.root()
                    .path("rope_parameters")
                    .path("sliding_attention")
                    .path("rope_theta");
            if (pattern(config) != USUAL_PATTERN) {
                keys.uint32(name + PATTERN_KEY, pattern(config));
            }
            keys.float32(name + ".rope.freq_base_swa", config.number("rope_local_base_freq", local.asDouble(10_000)));
        }
        warnAboutScale(config, warnings);
    }

    /** The number of layers from one with full attention to the next. */
    private static long pattern(HfConfig config) {
        int full = 0;
        for (JsonNode kind : config.root().path("layer_types")) {
            full++;
            if (kind.asText().equals("full_attention")) {
                return full;
            }
        }
        return config.integer("sliding_window_pattern", USUAL_PATTERN);
    }

    /** llama.cpp derives the scale of attention from the model's size. */
    private void warnAboutScale(HfConfig config, Consumer<String> warnings) {
        int large = generation == 2 ? LARGE_GEMMA2_LAYERS : LARGE_GEMMA3_LAYERS;
        long expected = config.integer("num_hidden_layers") == large
                ? config.integer("hidden_size") / config.heads()
                : config.headSize();
        double own = config.number("query_pre_attn_scalar", expected);
        if (own != expected) {
            warnings.accept("query_pre_attn_scalar is " + own + " in " + config.file() + ", but llama.cpp takes "
                    + expected + " for a model of this size: its answers will differ");
        }
    }

    @Override
    public Map<String, String> layerParts() {
        Map<String, String> parts = CommonKeys.layerParts();
        if (generation > 1) {
            parts.put("post_attention_layernorm", "post_attention_norm");
            parts.put("pre_feedforward_layernorm", "ffn_norm");
            parts.put("post_feedforward_layernorm", "post_ffw_norm");
        }
        return generation > 2 ? CommonKeys.withHeadNorms(parts) : parts;
    }

    @Override
    public TensorChange change(String checkpointName, HfConfig config) {
        return checkpointName.endsWith("norm.weight") ? PLUS_ONE : TensorChange.NONE;
    }

    @Override
    public ObjectNode config(GgufMetadata keys, boolean tied) {
        ObjectNode config = CommonKeys.config(name, keys, tied);
        config.putArray("architectures").add(architecture);
        config.put("model_type", generation == 3 ? "gemma3_text" : name);
        config.put("hidden_activation", "gelu_pytorch_tanh").put("hidden_act", "gelu_pytorch_tanh");
        if (generation > 1) {
            config.put("sliding_window", keys.integer(name + ".attention.sliding_window", 4096));
            int large = generation == 2 ? LARGE_GEMMA2_LAYERS : LARGE_GEMMA3_LAYERS;
            config.put(
                    "query_pre_attn_scalar",
                    config.path("num_hidden_layers").asInt() == large
                            ? config.path("hidden_size").asLong()
                                    / config.path("num_attention_heads").asLong()
                            : config.path("head_dim").asLong());
        }
        if (generation == 2) {
            config.put("attn_logit_softcapping", CommonKeys.rounded(keys.number(name + ".attn_logit_softcapping", 50)));
            config.put(
                    "final_logit_softcapping", CommonKeys.rounded(keys.number(name + ".final_logit_softcapping", 30)));
        } else if (generation == 3) {
            config.put("rope_local_base_freq", CommonKeys.rounded(keys.number(name + ".rope.freq_base_swa", 10_000)));
            config.put("sliding_window_pattern", keys.integer(name + PATTERN_KEY, USUAL_PATTERN));
        }
        return config;
    }
}
