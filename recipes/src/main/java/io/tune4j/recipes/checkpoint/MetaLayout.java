// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import io.tune4j.api.safetensors.Checkpoint.CheckpointLayout;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Meta's names of a Llama's weights, and the order of its queries and keys, whose positions are rotated in pairs of neighbours
 * ({@code transformers/models/llama/convert_llama_weights_to_hf.py}).
 */
record MetaLayout(int heads, int keyValueHeads) implements CheckpointLayout {
    private static final Pattern LAYER = Pattern.compile("layers\\.(\\d+)\\.(.+)");

    private static final Map<String, String> TOP = Map.of(
            "tok_embeddings.weight", "model.embed_tokens.weight",
            "norm.weight", "model.norm.weight",
            "output.weight", "lm_head.weight");

    private static final Map<String, String> IN_LAYER = Map.of(
            "attention.wq.weight", "self_attn.q_proj.weight",
            "attention.wk.weight", "self_attn.k_proj.weight",
            "attention.wv.weight", "self_attn.v_proj.weight",
            "attention.wo.weight", "self_attn.o_proj.weight",
            "attention_norm.weight", "input_layernorm.weight",
            "ffn_norm.weight", "post_attention_layernorm.weight",
            "feed_forward.w1.weight", "mlp.gate_proj.weight",
            "feed_forward.w2.weight", "mlp.down_proj.weight",
            "feed_forward.w3.weight", "mlp.up_proj.weight");

    @Override
    public @Nullable String rename(String stored) {
        if (stored.equals("rope.freqs")) {
            return null;
        }
        Matcher layer = LAYER.matcher(stored);
        if (layer.matches()) {
            String name = IN_LAYER.get(layer.group(2));
            // An unknown tensor keeps its name, so that the check against the model finds it.
            return name == null ? stored : "model.layers." + layer.group(1) + "." + name;
        }
        return TOP.getOrDefault(stored, stored);
    }

    @Override
    public int pairedHeads(String name) {
        if (name.endsWith(".q_proj.weight")) {
            return heads;
        }
        return name.endsWith(".k_proj.weight") ? keyValueHeads : 0;
    }
}
