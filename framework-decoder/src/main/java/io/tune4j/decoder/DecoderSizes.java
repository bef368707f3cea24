// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/**
 * A decoder's sizes, by the names of Hugging Face's {@code config.json}.
 *
 * @param vocabulary V, {@code vocab_size}
 * @param hidden D, {@code hidden_size}
 * @param intermediate F, {@code intermediate_size}
 * @param layers {@code num_hidden_layers}
 * @param heads {@code num_attention_heads}
 * @param keyValueHeads {@code num_key_value_heads}, a divisor of {@code heads}
 * @param headSize {@code head_dim}, even; {@code heads * headSize} need not equal D
 * @param maxSequenceLength {@code max_position_embeddings}, or more where the positions are scaled
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record DecoderSizes(
        int vocabulary,
        int hidden,
        int intermediate,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int maxSequenceLength) {

    /** Lists contradictions among these numbers; empty if there are none. */
    List<String> contradictions() {
        List<String> found = new ArrayList<>();
        positive(found, "vocab_size", vocabulary);
        positive(found, "hidden_size", hidden);
        positive(found, "intermediate_size", intermediate);
        positive(found, "num_hidden_layers", layers);
        positive(found, "num_attention_heads", heads);
        positive(found, "num_key_value_heads", keyValueHeads);
        positive(found, "max_position_embeddings", maxSequenceLength);
        if (keyValueHeads > 0 && heads % keyValueHeads != 0) {
            found.add("num_attention_heads " + heads + " is no multiple of num_key_value_heads " + keyValueHeads);
        }
        if (headSize < 2 || headSize % 2 != 0) {
            found.add("head_dim " + headSize + " is not even, so that it has no rotary embedding");
        }
        return found;
    }

    private static void positive(List<String> found, String name, int value) {
        if (value < 1) {
            found.add(name + " is " + value + ", which should be at least 1");
        }
    }

    DecoderSizes withMaxSequenceLength(int length) {
        return new DecoderSizes(vocabulary, hidden, intermediate, layers, heads, keyValueHeads, headSize, length);
    }
}
