// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.gemma;

import io.tune4j.api.decoder.Architecture;
import io.tune4j.api.decoder.AttentionStyle;
import io.tune4j.api.decoder.AttentionStyle.HeadNormKind;
import io.tune4j.api.decoder.CommonKeys;
import io.tune4j.api.decoder.DecoderConfig;
import io.tune4j.api.decoder.JsonKeys;
import io.tune4j.api.decoder.LayerKind;
import io.tune4j.api.decoder.NormStyle.Placement;
import io.tune4j.api.decoder.RopeKeys;
import io.tune4j.api.decoder.Rotary;
import java.util.List;

/** {@code Gemma3ForCausalLM}, for text: norms of queries and keys, and a window with a rotary base of its own in all layers but
 * every sixth. */
record Gemma3Architecture() implements Architecture {
    @Override
    public String family() {
        return "Gemma 3";
    }

    @Override
    public List<String> architectures() {
        return List.of("Gemma3ForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("gemma3_text");
    }

    @Override
    public String builder() {
        return "gemma3";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 131_072);
        GemmaParts.check(keys, common, family());
        int headSize = common.headSize(256);
        Rotary global = RopeKeys.of(keys, CommonKeys.FULL).rotary(headSize, common.maxPositions(), 1_000_000);
        Rotary local = RopeKeys.of(keys, CommonKeys.SLIDING)
                .rotary(headSize, common.maxPositions(), "rope_local_base_freq", 10_000);
        boolean bias = keys.bool("attention_bias");
        int window = (int) keys.optional("sliding_window", 4096);
        DecoderConfig config = GemmaParts.of(
                family(),
                common.sizes(headSize, global),
                common.epsilon(1e-6),
                global,
                Placement.AROUND,
                common.tied(true),
                keys.optional("final_logit_softcapping", 0));
        return config.with(AttentionStyle.PLAIN
                        .withBiases(bias, bias)
                        .withHeadNorms(HeadNormKind.EACH_HEAD)
                        .withScores(
                                1 / Math.sqrt(keys.number("query_pre_attn_scalar", 256)),
                                keys.optional("attn_logit_softcapping", 0)))
                .withKinds(windowed(keys, common, config.sizes().layers()).stream()
                        .map(has -> has ? new LayerKind(window, local) : new LayerKind(0, global))
                        .toList());
    }

    private static List<Boolean> windowed(JsonKeys keys, CommonKeys common, int layers) {
        String key = keys.has("sliding_window_pattern") ? "sliding_window_pattern" : "_sliding_window_pattern";
        int pattern = keys.integer(key, 6);
        return common.windowed(layers, layer -> pattern < 1 || (layer + 1) % pattern != 0);
    }
}
