// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;

/**
 * Short sample answers by always taking the likeliest token. Each token costs a whole forward, since nothing is cached:
 * enough to look at a model in training, not to serve one.
 */
public record GreedyGenerator(Backend backend, CausalLanguageModel model, Tokenizer tokenizer, int maxSequenceLength) {
    /** The answer to a prompt, without the end token. */
    public String answer(int[] prompt, int maxNewTokens) {
        int[] tokens = prompt;
        for (int i = 0; i < maxNewTokens && tokens.length < maxSequenceLength; i++) {
            int next = next(tokens);
            if (tokenizer.isEnd(next)) {
                break;
            }
            tokens = Arrays.copyOf(tokens, tokens.length + 1);
            tokens[tokens.length - 1] = next;
        }
        return tokenizer.decode(Arrays.copyOfRange(tokens, prompt.length, tokens.length));
    }

    private int next(int[] tokens) {
        RaggedBatch batch = new RaggedBatch(
                List.of("sample"),
                Arrays.stream(tokens).asLongStream().toArray(),
                new long[0],
                new long[0],
                SequenceLayout.ofLengths(tokens.length));
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.off()) {
            Pass pass = new Pass(tape, batch.layout(), false, 0);
            var hidden = model.hiddenStates(batch, new long[] {tokens.length - 1}, pass, 0);
            float[] logits = model.outputHead().forward(hidden, pass).toFloats();
            int best = 0;
            for (int i = 1; i < logits.length; i++) {
                best = logits[i] > logits[best] ? i : best;
            }
            return best;
        }
    }
}
