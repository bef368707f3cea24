// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.gemma;

import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.AttentionStyle.HeadNormKind;
import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.JsonKeys;
import io.tune4j.decoder.LayerKind;
import io.tune4j.decoder.NormStyle.Placement;
import io.tune4j.decoder.RopeKeys;
import io.tune4j.decoder.Rotary;
import java.util.List;
import java.util.Map;

/**
 * Reads the config files of the three generations.
 *
 * @param keys of the file
 * @param common those that all families have
 * @param headSize elements of a head
 */
record GemmaConfigs(String family, JsonKeys keys, CommonKeys common, int headSize) {
    private static final double THETA = 10_000;

    /** Values that the published files of Gemma 3 with images leave out ({@code configuration_gemma3.py}). */
    private static final Map<String, Integer> USUAL_OF_THIRD =
            Map.of("vocab_size", 262_208, "num_attention_heads", 8, "num_key_value_heads", 4);

    private static GemmaConfigs of(String family, JsonKeys keys, int usualPositions) {
        CommonKeys common = new CommonKeys(keys, usualPositions);
        GemmaParts.check(keys, common, family);
        return new GemmaConfigs(family, keys, common, common.headSize(256));
    }

    /** Gemma 1. */
    static DecoderConfig first(String family, JsonKeys keys) {
        GemmaConfigs file = of(family, keys, 8192);
        return file.config(file.rotary(), Placement.BEFORE, 0).with(file.attention());
    }

    /** Gemma 2: norms around attention and MLP, capped scores and logits, a window in every other layer. */
    static DecoderConfig second(String family, JsonKeys keys) {
        GemmaConfigs file = of(family, keys, 8192);
        Rotary rotary = file.rotary();
        DecoderConfig config = file.config(rotary, Placement.AROUND, keys.optional("final_logit_softcapping", 30));
        List<Boolean> windowed = file.common.windowed(config.sizes().layers(), layer -> layer % 2 == 0);
        return config.with(file.scores(50)).withKinds(file.kinds(windowed, rotary, rotary));
    }

    /**
     * Gemma 3, for text: norms of queries and keys, and a window with a rotary base of its own in all layers but every sixth.
     */
    static DecoderConfig third(String family, JsonKeys given) {
        JsonKeys keys = given.usually(USUAL_OF_THIRD);
        GemmaConfigs file = of(family, keys, 131_072);
        int positions = file.common.maxPositions();
        Rotary global = RopeKeys.of(keys, CommonKeys.FULL).rotary(file.headSize, positions, 1_000_000);
        Rotary local =
                RopeKeys.of(keys, CommonKeys.SLIDING).rotary(file.headSize, positions, "rope_local_base_freq", THETA);
        DecoderConfig config = file.config(global, Placement.AROUND, keys.optional("final_logit_softcapping", 0));
        return config.with(file.scores(0).withHeadNorms(HeadNormKind.EACH_HEAD))
                .withKinds(file.kinds(file.everySixth(config.sizes().layers()), local, global));
    }

    private Rotary rotary() {
        return RopeKeys.of(keys).rotary(headSize, common.maxPositions(), THETA);
    }

    private DecoderConfig config(Rotary rotary, Placement placement, double softCap) {
        return GemmaParts.of(
                family,
                common.sizes(headSize, rotary),
                common.epsilon(1e-6),
                rotary,
                placement,
                common.tied(true),
                softCap);
    }

    private AttentionStyle attention() {
        boolean bias = keys.bool("attention_bias");
        return AttentionStyle.PLAIN.withBiases(bias, bias);
    }

    private AttentionStyle scores(double usualCap) {
        return attention()
                .withScores(
                        1 / Math.sqrt(keys.number("query_pre_attn_scalar", 256)),
                        keys.optional("attn_logit_softcapping", usualCap));
    }

    private List<LayerKind> kinds(List<Boolean> windowed, Rotary local, Rotary global) {
        int window = (int) keys.optional("sliding_window", 4096);
        return windowed.stream()
                .map(has -> has ? new LayerKind(window, local) : new LayerKind(0, global))
                .toList();
    }

    private List<Boolean> everySixth(int layers) {
        String key = keys.has("sliding_window_pattern") ? "sliding_window_pattern" : "_sliding_window_pattern";
        int pattern = keys.integer(key, 6);
        return common.windowed(layers, layer -> pattern < 1 || (layer + 1) % pattern != 0);
    }
}
