// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The keys that the {@code config.json} of all families have. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class CommonKeys {
    /** The name in {@code layer_types} of a layer that sees all positions before a token. */
    public static final String FULL = "full_attention";

    /** The name in {@code layer_types} of a layer with a window. */
    public static final String SLIDING = "sliding_attention";

    private final JsonKeys keys;
    private final int hidden;
    private final int heads;
    private final int maxPositions;

    /**
     * Reads a {@code config.json}.
     *
     * @param usualPositions {@code max_position_embeddings} of a file that does not name it
     */
    public CommonKeys(JsonKeys keys, int usualPositions) {
        this.keys = keys;
        hidden = keys.integer("hidden_size", null);
        heads = keys.integer("num_attention_heads", null);
        maxPositions = keys.integer("max_position_embeddings", usualPositions);
    }

    /** {@code max_position_embeddings}. */
    public int maxPositions() {
        return maxPositions;
    }

    /**
     * Elements of a head.
     *
     * @param usual where the file does not say; null for D / heads
     */
    public int headSize(@Nullable Integer usual) {
        return keys.integer("head_dim", usual != null ? usual : heads > 0 ? hidden / heads : 0);
    }

    /** The sizes, with as many positions as the rotary embedding reaches. */
    public DecoderSizes sizes(int headSize, Rotary rotary) {
        return new DecoderSizes(
                keys.integer("vocab_size", null),
                hidden,
                keys.integer("intermediate_size", null),
                keys.integer("num_hidden_layers", null),
                heads,
                keys.integer("num_key_value_heads", heads),
                headSize,
                rotary.scaling().longest(maxPositions));
    }

    /** {@code tie_word_embeddings}. */
    public boolean tied(boolean usual) {
        return keys.bool("tie_word_embeddings", usual);
    }

    /** {@code rms_norm_eps}. */
    public double epsilon(double usual) {
        return keys.number("rms_norm_eps", usual);
    }

    /** Records a problem if the activation is none of these. */
    public void requireActivation(String key, String family, List<String> known) {
        String activation = keys.text(key, known.get(0));
        if (!known.contains(activation)) {
            keys.problem(key, " '" + activation + "' is not supported; a " + family + " has " + known.get(0));
        }
    }

    /**
     * Which layers have a window, by {@code layer_types} or, in a file without it, by the family's rule.
     *
     * @param layers how many there are
     * @param usual says of a layer's index whether it has one
     */
    public List<Boolean> windowed(int layers, IntPredicate usual) {
        List<String> types = keys.texts("layer_types");
        for (String type : types) {
            if (!type.equals(SLIDING) && !type.equals(FULL)) {
                keys.problem("layer_types", ": '" + type + "' is not supported; known are " + FULL + " and " + SLIDING);
            }
        }
        return types.isEmpty()
                ? IntStream.range(0, Math.max(0, layers)).mapToObj(usual::test).toList()
                : types.stream().map(SLIDING::equals).toList();
    }
}
