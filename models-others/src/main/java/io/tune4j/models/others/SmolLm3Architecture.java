// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.others;

import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.DecoderSizes;
import io.tune4j.decoder.JsonKeys;
import io.tune4j.decoder.LayerKind;
import io.tune4j.decoder.MlpStyle;
import io.tune4j.decoder.RopeKeys;
import io.tune4j.decoder.Rotary;
import java.util.ArrayList;
import java.util.List;

/** {@code SmolLM3ForCausalLM}: every fourth layer has no rotary embedding (Yang et al. 2025, "Rope to Nope and Back Again"). */
record SmolLm3Architecture() implements Architecture {
    private static final String ROTARY_LAYERS = "no_rope_layers";

    @Override
    public String family() {
        return "SmolLM3";
    }

    @Override
    public List<String> architectures() {
        return List.of("SmolLM3ForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("smollm3");
    }

    @Override
    public String builder() {
        return "smollm3";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 32_768);
        common.requireActivation("hidden_act", family(), List.of("silu", "swish"));
        int headSize = common.headSize(null);
        Rotary rotary = RopeKeys.of(keys).rotary(headSize, common.maxPositions(), 2_000_000);
        boolean bias = keys.bool("attention_bias");
        DecoderSizes sizes = common.sizes(headSize, rotary);
        return DecoderConfig.plain(family(), sizes, common.epsilon(1e-6), rotary, common.tied(true))
                .with(AttentionStyle.PLAIN.withBiases(bias, bias))
                .with(MlpStyle.PLAIN.withBias(keys.bool("mlp_bias")))
                .withKinds(kinds(keys, common, sizes.layers(), rotary));
    }

    /** A layer without rotary embedding is also the one with a window, if there are windows. */
    private static List<LayerKind> kinds(JsonKeys keys, CommonKeys common, int layers, Rotary rotary) {
        List<Boolean> turned = turned(keys, layers);
        int window = keys.bool("use_sliding_window") ? (int) keys.optional("sliding_window", 0) : 0;
        List<Boolean> windowed = common.windowed(layers, layer -> !turned.get(layer));
        List<LayerKind> kinds = new ArrayList<>();
        for (int layer = 0; layer < windowed.size(); layer++) {
            boolean turns = layer >= turned.size() || turned.get(layer);
            kinds.add(new LayerKind(windowed.get(layer) ? window : 0, turns ? rotary : null));
        }
        return kinds;
    }

    /** Which layers have a rotary embedding. In spite of its name, 1 in {@code no_rope_layers} says that a layer has one. */
    private static List<Boolean> turned(JsonKeys keys, int layers) {
        List<Boolean> turned = new ArrayList<>();
        List<String> marks = keys.texts(ROTARY_LAYERS);
        int interval = keys.integer("no_rope_layer_interval", 4);
        if (!marks.isEmpty() && marks.size() < layers) {
            keys.problem(ROTARY_LAYERS, " has " + marks.size() + " numbers, but num_hidden_layers is " + layers);
        }
        if (marks.isEmpty() && interval < 1) {
            keys.problem("no_rope_layer_interval", " is " + interval + "; expected an integer above 0");
        }
        for (int layer = 0; layer < layers; layer++) {
            if (marks.isEmpty()) {
                turned.add(interval < 1 || (layer + 1) % interval != 0);
            } else {
                turned.add(layer >= marks.size() || !marks.get(layer).equals("0"));
            }
        }
        return turned;
    }
}
