// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.engine.adapter.AdapterSet;
import io.tune4j.generation.Generation.Reason;
import io.tune4j.testkit.reference.JavaBackend;
import io.tune4j.testkit.toy.ByteTokenizer;
import io.tune4j.testkit.toy.RandomWeights;
import io.tune4j.testkit.toy.ToyDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A model that keeps nothing, as a plugin's may, so that its sequences are computed again for each token. */
class GeneratorTest {
    private static final ToyDefinition DEFINITION = new ToyDefinition(1, false, false);
    private static final int POSITIONS = 40;

    private final JavaBackend backend = new JavaBackend(2) {};
    private CausalLanguageModel model;
    private Generator generator;

    @BeforeEach
    void open() {
        WeightSource weights = new RandomWeights(DEFINITION);
        model = DEFINITION.build(
                backend,
                DType.FLOAT32,
                weights,
                AdapterSet.over(new DenseFormat().factory(backend, DType.FLOAT32, weights), List.of()));
        generator = new Generator(model, new ByteTokenizer(), POSITIONS, GeneratorOptions.DEFAULT.withMaxSequences(2));
    }

    @AfterEach
    void close() {
        generator.close();
        model.close();
        backend.close();
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private static int[] prompt(int length, int seed) {
        int[] tokens = new int[length];
        Arrays.setAll(tokens, i -> (i * 7 + seed) % DEFINITION.vocabularySize());
        return tokens;
    }

    private static GenerationRequest sampled(int[] prompt, int count, long seed) {
        return new GenerationRequest(
                prompt, 0, count, new Sampling(0.8, 0, 0.95, 0.01, 1.1, seed), Set.of(), List.of(), -1);
    }

    @Test
    void aSeedRepeatsAnAnswerWhateverElseRuns() {
        GenerationRequest request = sampled(prompt(5, 3), 12, 7);
        int[] alone = generator.generate(List.of(request)).get(0).ids();
        List<Generation> together =
                generator.generate(List.of(sampled(prompt(9, 1), 20, 1), request, sampled(prompt(2, 2), 5, 2)));

        assertThat(together.get(1).ids()).isEqualTo(alone);
        assertThat(together.get(0).ids()).hasSize(20);
        assertThat(generator
                        .generate(List.of(sampled(prompt(5, 3), 12, 8)))
                        .get(0)
                        .ids())
                .isNotEqualTo(alone);
    }

    @Test
    void anEndTokenEndsAnAnswerAndIsNoPartOfIt() {
        int[] all = generator
                .generate(List.of(GenerationRequest.greedy(prompt(5, 3), 10, Set.of())))
                .get(0)
                .ids();
        int end = all[4];
        int first = 0;
        while (all[first] != end) {
            first++;
        }
        Generation ended = generator
                .generate(List.of(GenerationRequest.greedy(prompt(5, 3), 10, Set.of(end))))
                .get(0);

        assertThat(ended.reason()).isEqualTo(Reason.STOP);
        assertThat(ended.ids()).isEqualTo(Arrays.copyOf(all, first));
    }

    @Test
    void thePositionsBoundAnAnswer() {
        Generation generation = generator
                .generate(List.of(GenerationRequest.greedy(prompt(POSITIONS - 3, 1), 10, Set.of())))
                .get(0);
        assertThat(generation.ids()).hasSize(3);
        assertThat(generation.reason()).isEqualTo(Reason.LENGTH);

        assertThatThrownBy(() -> generator.submit(
                        GenerationRequest.greedy(prompt(POSITIONS + 1, 1), 1, Set.of()), GenerationListener.NONE))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the prompt has 41 tokens")
                .hasMessageContaining("shorten");
    }

    @Test
    void aRequestCanBeCancelledWhileItWaitsAndWhileItRuns() {
        List<String> heard = new ArrayList<>();
        GenerationListener listener = new GenerationListener() {
            @Override
            public void finished(Generation generation) {
                heard.add(generation.reason() + " " + generation.tokens().size());
            }
        };
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tickets.add(generator.submit(GenerationRequest.greedy(prompt(4, i), 20, Set.of()), listener));
        }
        generator.step();
        generator.step();
        assertThat(generator.running()).isEqualTo(2);
        assertThat(generator.waiting()).isEqualTo(1);
        tickets.forEach(Ticket::cancel);
        while (generator.step()) {
            // until nothing is left
        }
        assertThat(heard).containsExactlyInAnyOrder("CANCELLED 2", "CANCELLED 2", "CANCELLED 0");
        assertThat(tickets).allMatch(Ticket::isDone);
    }

    @Test
    void aTokenOutsideOfTheVocabularyFailsItsRequest() {
        Ticket ticket = generator.submit(
                GenerationRequest.greedy(new int[] {DEFINITION.vocabularySize()}, 3, Set.of()),
                GenerationListener.NONE);
        while (generator.step()) {
            // until nothing is left
        }
        assertThatThrownBy(ticket::await)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("outside the model's vocabulary");
    }

    @Test
    void nothingIsGeneratedWhereNothingIsAskedFor() {
        Generation generation = generator
                .generate(List.of(GenerationRequest.greedy(prompt(4, 1), 0, Set.of())))
                .get(0);
        assertThat(generation.text()).isEmpty();
        assertThat(generation.reason()).isEqualTo(Reason.LENGTH);
    }

    @Test
    void wrongOptionsAreRefusedByName() {
        assertThatThrownBy(() -> new Sampling(-1, 0, 1, 0, 1, 0)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new Sampling(1, -2, 1, 0, 1, 0)).hasMessageContaining("top_k");
        assertThatThrownBy(() -> new Sampling(1, 0, 0, 0, 1, 0)).hasMessageContaining("top_p");
        assertThatThrownBy(() -> new Sampling(1, 0, 1, 2, 1, 0)).hasMessageContaining("min_p");
        assertThatThrownBy(() -> new Sampling(1, 0, 1, 0, 0, 0)).hasMessageContaining("repetition_penalty");
        assertThatThrownBy(() -> GenerationRequest.greedy(new int[0], 1, Set.of()))
                .hasMessageContaining("the prompt is empty");
    }
}
