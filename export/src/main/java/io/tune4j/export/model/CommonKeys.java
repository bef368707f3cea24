// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.export.gguf.GgufMetadata;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The keys and tensors that all decoders have in common. */
final class CommonKeys {
    /** Positions of a model whose config has no limit, transformers' default for Llama. */
    private static final long POSITIONS = 2048;

    private CommonKeys() {}

    /** Parts of a layer with two norms, without biases of norms. */
    static Map<String, String> layerParts() {
        Map<String, String> parts = new TreeMap<>();
        parts.put("input_layernorm", "attn_norm");
        parts.put("self_attn.q_proj", "attn_q");
        parts.put("self_attn.k_proj", "attn_k");
        parts.put("self_attn.v_proj", "attn_v");
        parts.put("self_attn.o_proj", "attn_output");
        parts.put("post_attention_layernorm", "ffn_norm");
        parts.put("mlp.gate_proj", "ffn_gate");
        parts.put("mlp.up_proj", "ffn_up");
        parts.put("mlp.down_proj", "ffn_down");
        return parts;
    }

    /** Adds norms of queries and keys. */
    static Map<String, String> withHeadNorms(Map<String, String> parts) {
        parts.put("self_attn.q_norm", "attn_q_norm");
        parts.put("self_attn.k_norm", "attn_k_norm");
        return parts;
    }

    static void describe(String arch, HfConfig config, GgufMetadata keys) {
        keys.uint32(arch + ".block_count", config.integer("num_hidden_layers"));
        keys.uint32(arch + ".context_length", config.integer("max_position_embeddings", POSITIONS));
        keys.uint32(arch + ".embedding_length", config.integer("hidden_size"));
        keys.uint32(arch + ".feed_forward_length", config.integer("intermediate_size"));
        keys.uint32(arch + ".attention.head_count", config.heads());
        keys.uint32(arch + ".attention.head_count_kv", config.keyHeads());
        keys.uint32(arch + ".attention.key_length", config.headSize());
        keys.uint32(arch + ".attention.value_length", config.headSize());
        keys.float32(arch + ".attention.layer_norm_rms_epsilon", config.number("rms_norm_eps", 1e-6));
        keys.uint32(arch + ".vocab_size", config.integer("vocab_size"));
        keys.uint32(arch + ".rope.dimension_count", config.headSize());
        keys.float32(arch + ".rope.freq_base", config.ropeBase());
    }

    /** Adds linear and YaRN scaling of positions; other kinds are the family's. */
    static void scaling(String arch, HfConfig config, GgufMetadata keys, Consumer<String> warnings) {
        JsonNode scaling = config.ropeScaling();
        String type = HfConfig.type(scaling);
        switch (type) {
            case "", "llama3", "longrope", "su" -> {}
            case "linear", "yarn" -> {
                keys.text(arch + ".rope.scaling.type", type);
                keys.float32(
                        arch + ".rope.scaling.factor", scaling.path("factor").asDouble(1));
                long original = scaling.path("original_max_position_embeddings").asLong(0);
                if (original > 0) {
                    keys.uint32(arch + ".rope.scaling.original_context_length", original);
                }
            }
            default ->
                warnings.accept("positions are scaled by '" + type + "' in " + config.file()
                        + ", which GGUF has no key for; the file is right for short texts only");
        }
    }

    /** For architectures whose layers llama.cpp computes with full attention, whatever the file says. */
    static void warnAboutWindow(HfConfig config, Consumer<String> warnings) {
        long window = config.integer("sliding_window", 0);
        if (window > 0 && window < config.integer("max_position_embeddings", 0)) {
            warnings.accept("llama.cpp has no sliding window for this architecture: answers beyond " + window
                    + " tokens differ from those here");
        }
    }

    /** The keys of config.json that all families have, from those of a file. */
    static ObjectNode config(String arch, GgufMetadata keys, boolean tied) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put(
                "vocab_size",
                keys.integer(
                        arch + ".vocab_size",
                        keys.texts("tokenizer.ggml.tokens").size()));
        config.put("hidden_size", keys.integer(arch + ".embedding_length"));
        config.put("intermediate_size", keys.integer(arch + ".feed_forward_length"));
        config.put("num_hidden_layers", keys.integer(arch + ".block_count"));
        long heads = keys.integer(arch + ".attention.head_count");
        config.put("num_attention_heads", heads);
        config.put("num_key_value_heads", keys.integer(arch + ".attention.head_count_kv", heads));
        config.put(
                "head_dim",
                keys.integer(
                        arch + ".attention.key_length", keys.integer(arch + ".embedding_length") / Math.max(1, heads)));
        config.put("max_position_embeddings", keys.integer(arch + ".context_length", POSITIONS));
        config.put("rms_norm_eps", rounded(keys.number(arch + ".attention.layer_norm_rms_epsilon", 1e-6)));
        config.put("rope_theta", rounded(keys.number(arch + ".rope.freq_base", 10_000)));
        config.put("tie_word_embeddings", tied);
        String type = keys.textOrNull(arch + ".rope.scaling.type");
        if (type != null && !type.equals("none")) {
            ObjectNode scaling = config.putObject("rope_scaling");
            scaling.put("rope_type", type);
            scaling.put("factor", rounded(keys.number(arch + ".rope.scaling.factor", 1)));
            long original = keys.integer(arch + ".rope.scaling.original_context_length", 0);
            if (original > 0) {
                scaling.put("original_max_position_embeddings", original);
            }
        }
        for (String end : new String[] {"bos", "eos", "pad"}) {
            String key = "tokenizer.ggml." + end.replace("pad", "padding") + "_token_id";
            if (keys.has(key)) {
                config.put(end + "_token_id", keys.integer(key));
            }
        }
        return config;
    }

    /** The shortest decimal of an fp32, as it was written before it was stored. */
    static double rounded(double value) {
        return Double.parseDouble(Float.toString((float) value));
    }
}
