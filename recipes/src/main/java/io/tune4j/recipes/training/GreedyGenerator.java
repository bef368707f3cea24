// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.generation.Generation;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.generation.Generator;
import io.tune4j.generation.GeneratorOptions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Short sample answers by always taking the likeliest token, of the model as it is at that moment. */
public record GreedyGenerator(CausalLanguageModel model, Tokenizer tokenizer, int maxSequenceLength) {
    /** The answers to prompts, without end tokens; empty for a prompt that leaves no position for one. */
    public List<String> answers(List<int[]> prompts, int maxNewTokens) {
        Set<Integer> ends = IntStream.range(0, tokenizer.vocabularySize())
                .filter(tokenizer::isEnd)
                .boxed()
                .collect(Collectors.toUnmodifiableSet());
        // Another step of training changes the weights, so nothing may be kept.
        try (Generator generator = new Generator(model, tokenizer, maxSequenceLength, GeneratorOptions.DEFAULT)) {
            List<GenerationRequest> requests = prompts.stream()
                    .map(prompt -> GenerationRequest.greedy(
                            prompt, Math.min(maxNewTokens, Math.max(0, maxSequenceLength - prompt.length)), ends))
                    .toList();
            return generator.generate(requests).stream().map(Generation::text).toList();
        }
    }
}
