// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.nn.Projection;
import java.util.ArrayList;
import java.util.List;

/** The names of one decoder layer's parts in a Hugging Face checkpoint, and their sizes. */
record LayerNames(DecoderDefinition definition, int index) {
    private String at(String part) {
        return definition.names().weights() + "layers." + index + "." + part;
    }

    private Projection projection(String part, long in, long out, boolean bias) {
        return new Projection(module(part), in, out, bias, at(part) + ".weight");
    }

    private String module(String part) {
        return definition.names().modules() + "layers." + index + "." + part;
    }

    private Projection fused(String part, List<Projection> parts) {
        Projection named = Projection.fused(module(part), parts);
        return new Projection(
                named.name(), named.inFeatures(), named.outFeatures(), named.bias(), at(part) + ".weight", parts);
    }

    private DecoderConfig config() {
        return definition.config();
    }

    private long querySize() {
        return (long) config().sizes().heads() * config().sizes().headSize();
    }

    private long keyValueSize() {
        return (long) config().sizes().keyValueHeads() * config().sizes().headSize();
    }

    private Projection input(String leaf, long out) {
        return projection(
                "self_attn." + leaf,
                config().sizes().hidden(),
                out,
                config().attention().inputBias());
    }

    private Projection mlp(String leaf, long in, long out) {
        return projection("mlp." + leaf, in, out, config().mlp().bias());
    }

    /** q, k and v, in as many weights as the checkpoint has of them. */
    List<Projection> queryKeyValue() {
        List<Projection> parts =
                List.of(input("q_proj", querySize()), input("k_proj", keyValueSize()), input("v_proj", keyValueSize()));
        return config().attention().fusedWeights() ? List.of(fused("self_attn.qkv_proj", parts)) : parts;
    }

    Projection output() {
        return projection(
                "self_attn.o_proj",
                querySize(),
                config().sizes().hidden(),
                config().attention().outputBias());
    }

    /** Gate and up, in as many weights as the checkpoint has of them. */
    List<Projection> gateUp() {
        long hidden = config().sizes().hidden();
        long intermediate = config().sizes().intermediate();
        List<Projection> parts = List.of(mlp("gate_proj", hidden, intermediate), mlp("up_proj", hidden, intermediate));
        return config().mlp().fusedWeights() ? List.of(fused("mlp.gate_up_proj", parts)) : parts;
    }

    Projection down() {
        return mlp(
                "down_proj", config().sizes().intermediate(), config().sizes().hidden());
    }

    /** In the order of the forward. */
    List<Projection> projections() {
        List<Projection> all = new ArrayList<>(queryKeyValue());
        all.add(output());
        all.addAll(gateUp());
        all.add(down());
        return all;
    }

    /** The norm of attention's input. */
    String attentionNorm() {
        return at("input_layernorm.weight");
    }

    /** The norm of attention's output. */
    String attendedNorm() {
        return at("post_attention_layernorm.weight");
    }

    /** The norm of the MLP's input: where attention's output has a norm too, that one has the usual name. */
    String mlpNorm() {
        return at(
                config().norms().placement() == NormStyle.Placement.AROUND
                        ? "pre_feedforward_layernorm.weight"
                        : "post_attention_layernorm.weight");
    }

    /** The norm of the MLP's output. */
    String mlpOutputNorm() {
        return at("post_feedforward_layernorm.weight");
    }

    String queryNorm() {
        return at("self_attn.q_norm.weight");
    }

    String keyNorm() {
        return at("self_attn.k_norm.weight");
    }

    /** Elements of the weight of the queries' norm. */
    long queryNormSize() {
        return config().attention().headNorms() == AttentionStyle.HeadNormKind.ALL_HEADS
                ? querySize()
                : config().sizes().headSize();
    }

    /** Elements of the weight of the keys' norm. */
    long keyNormSize() {
        return config().attention().headNorms() == AttentionStyle.HeadNormKind.ALL_HEADS
                ? keyValueSize()
                : config().sizes().headSize();
    }
}
