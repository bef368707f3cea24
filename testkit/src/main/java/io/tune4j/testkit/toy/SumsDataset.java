// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Tokenizer;
import java.util.List;

/**
 * Records such as "2 plus 3 is" and "exactly 5", with answers of different lengths.
 *
 * @param size so many
 * @param masked whether nothing of them is trained
 */
record SumsDataset(Tokenizer tokenizer, int size, boolean masked) implements Dataset {
    @Override
    public void read(SampleSink sink) {
        for (int index = 0; index < size; index++) {
            sink.sample(sample(index));
        }
    }

    private TokenizedSample sample(int index) {
        String prompt = index % 7 + " plus " + index / 7 % 7 + " is ";
        String answer = "exactly " + (index % 7 + index / 7 % 7) + ".".repeat(index % 5);
        return tokenizer.encodeMessages(
                "sums#" + index,
                List.of(
                        new Message(Message.Role.USER, prompt, false),
                        new Message(Message.Role.ASSISTANT, answer, !masked)));
    }

    @Override
    public String describe() {
        return "sums";
    }
}
