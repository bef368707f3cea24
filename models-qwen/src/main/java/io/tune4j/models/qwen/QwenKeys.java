// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.qwen;

import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.JsonKeys;
import io.tune4j.decoder.LayerKind;
import io.tune4j.decoder.RopeKeys;
import io.tune4j.decoder.Rotary;
import java.util.List;

/** Keys that the config files of Qwen 2 and Qwen 3 have in common. */
final class QwenKeys {
    private QwenKeys() {}

    /** The config, with Llama's attention. */
    static DecoderConfig read(JsonKeys keys, String family, CommonKeys common, int headSize) {
        common.requireActivation("hidden_act", family, List.of("silu", "swish"));
        Rotary rotary = RopeKeys.of(keys).rotary(headSize, common.maxPositions(), 10_000);
        DecoderConfig config = DecoderConfig.plain(
                family, common.sizes(headSize, rotary), common.epsilon(1e-6), rotary, common.tied(false));
        int window = keys.bool("use_sliding_window") ? (int) keys.optional("sliding_window", 4096) : 0;
        int first = keys.integer("max_window_layers", 28);
        List<Boolean> windowed = common.windowed(config.sizes().layers(), layer -> layer >= first);
        return config.withKinds(windowed.stream()
                .map(has -> new LayerKind(has ? window : 0, rotary))
                .toList());
    }
}
