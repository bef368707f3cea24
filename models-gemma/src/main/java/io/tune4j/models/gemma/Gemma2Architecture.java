// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.gemma;

import io.tune4j.api.decoder.Architecture;
import io.tune4j.api.decoder.AttentionStyle;
import io.tune4j.api.decoder.CommonKeys;
import io.tune4j.api.decoder.DecoderConfig;
import io.tune4j.api.decoder.JsonKeys;
import io.tune4j.api.decoder.LayerKind;
import io.tune4j.api.decoder.NormStyle.Placement;
import io.tune4j.api.decoder.RopeKeys;
import io.tune4j.api.decoder.Rotary;
import java.util.List;

/** {@code Gemma2ForCausalLM}: norms around attention and MLP, capped scores and logits, a window in every other layer. */
record Gemma2Architecture() implements Architecture {
    @Override
    public String family() {
        return "Gemma 2";
    }

    @Override
    public List<String> architectures() {
        return List.of("Gemma2ForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("gemma2");
    }

    @Override
    public String builder() {
        return "gemma2";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 8192);
        GemmaParts.check(keys, common, family());
        int headSize = common.headSize(256);
        Rotary rotary = RopeKeys.of(keys).rotary(headSize, common.maxPositions(), 10_000);
        boolean bias = keys.bool("attention_bias");
        DecoderConfig config = GemmaParts.of(
                family(),
                common.sizes(headSize, rotary),
                common.epsilon(1e-6),
                rotary,
                Placement.AROUND,
                common.tied(true),
                keys.optional("final_logit_softcapping", 30));
        int window = (int) keys.optional("sliding_window", 4096);
        return config.with(AttentionStyle.PLAIN
                        .withBiases(bias, bias)
                        .withScores(
                                1 / Math.sqrt(keys.number("query_pre_attn_scalar", 256)),
                                keys.optional("attn_logit_softcapping", 50)))
                .withKinds(
                        everyOther(common.windowed(config.sizes().layers(), layer -> layer % 2 == 0), window, rotary));
    }

    static List<LayerKind> everyOther(List<Boolean> windowed, int window, Rotary rotary) {
        return windowed.stream()
                .map(has -> new LayerKind(has ? window : 0, rotary))
                .toList();
    }
}
