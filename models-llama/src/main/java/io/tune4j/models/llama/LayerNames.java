package io.tune4j.models.llama;

import io.tune4j.api.nn.Projection;
import java.util.List;

/** Names of one decoder layer's parts in a Hugging Face checkpoint, and their sizes. */
record LayerNames(LlamaConfig config, int index) {
    private String at(String part) {
        return "model.layers." + index + "." + part;
    }

    private Projection attention(String leaf, long in, long out) {
        return new Projection(at("self_attn." + leaf), in, out, config.attentionBias());
    }

    private Projection mlp(String leaf, long in, long out) {
        return new Projection(at("mlp." + leaf), in, out, config.mlpBias());
    }

    private long querySize() {
        return (long) config.heads() * config.headSize();
    }

    private long keyValueSize() {
        return (long) config.keyValueHeads() * config.headSize();
    }

    Projection query() {
        return attention("q_proj", config.hiddenSize(), querySize());
    }

    Projection key() {
        return attention("k_proj", config.hiddenSize(), keyValueSize());
    }

    Projection value() {
        return attention("v_proj", config.hiddenSize(), keyValueSize());
    }

    Projection output() {
        return attention("o_proj", querySize(), config.hiddenSize());
    }

    Projection gate() {
        return mlp("gate_proj", config.hiddenSize(), config.intermediateSize());
    }

    Projection up() {
        return mlp("up_proj", config.hiddenSize(), config.intermediateSize());
    }

    Projection down() {
        return mlp("down_proj", config.intermediateSize(), config.hiddenSize());
    }

    /** All projections, in the order of the forward. */
    List<Projection> projections() {
        return List.of(query(), key(), value(), output(), gate(), up(), down());
    }

    String attentionNorm() {
        return at("input_layernorm.weight");
    }

    String mlpNorm() {
        return at("post_attention_layernorm.weight");
    }
}
