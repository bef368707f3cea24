package @package@;

import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.CommonKeys;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.JsonKeys;
import io.tune4j.decoder.MlpStyle;
import io.tune4j.decoder.RopeKeys;
import io.tune4j.decoder.Rotary;
import java.util.List;

/**
 * A family that is a decoder of known parts: pre-norms, rotary positions, grouped queries, a gated MLP. Change what yours has otherwise:
 * windows, norms of heads, soft-caps, biases and other places of norms are parts too (see the package {@code io.tune4j.decoder}).
 */
record OwnArchitecture() implements Architecture {
    @Override
    public String family() {
        return "@class@";
    }

    /** The names in a checkpoint's {@code config.json}. */
    @Override
    public List<String> architectures() {
        return List.of("@class@ForCausalLM");
    }

    @Override
    public List<String> modelTypes() {
        return List.of("@word@");
    }

    /** The name in configs: {@code @word@}, or {@code lora_@word@}. */
    @Override
    public String builder() {
        return "@word@";
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        CommonKeys common = new CommonKeys(keys, 2048);
        common.requireActivation("hidden_act", family(), List.of("silu", "swish"));
        int headSize = common.headSize(null);
        Rotary rotary = RopeKeys.of(keys).rotary(headSize, common.maxPositions(), 10_000);
        boolean bias = keys.bool("attention_bias");
        return DecoderConfig.plain(
                        family(), common.sizes(headSize, rotary), common.epsilon(1e-6), rotary, common.tied(false))
                .with(AttentionStyle.PLAIN.withBiases(bias, bias))
                .with(MlpStyle.PLAIN.withBias(keys.bool("mlp_bias")));
    }
}
