// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.RunEvent.Answer;
import io.tune4j.generation.Generation;
import io.tune4j.generation.Generation.Reason;
import io.tune4j.generation.Sampling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of a few steps, and its adapter over the base in the same process. */
class TunedModelSlowTest {
    private static final Prompt LONG = Prompt.text("What is a").maxNewTokens(60);

    @TempDir
    static Path folder;

    private static FineTuned result;
    private static TunedModel model;

    @BeforeAll
    static void trains() {
        result = Quickstart.run(folder.resolve("out"))
                .set("samples.records", List.of(2, 5))
                .set("max_steps", 16)
                .run();
        model = TunedModel.open(result.folder(), null, Map.of("dtype", "fp32", "device", "cpu"));
    }

    @AfterAll
    static void closes() {
        model.close();
    }

    @Test
    void baseAndAdapterAnswerAsTheRunDidBeforeAndAfterTraining() {
        assertThat(model.hasAdapter()).isTrue();
        assertThat(result.answers()).hasSize(2).anyMatch(answer -> !answer.before()
                .equals(answer.after()));
        for (Answer answer : result.answers()) {
            Prompt prompt = Prompt.text(answer.prompt()).maxNewTokens(8);
            assertThat(model.answer(prompt).text()).isEqualTo(answer.after());
            assertThat(model.answer(prompt.ofBase()).text()).isEqualTo(answer.before());
        }
    }

    @Test
    void textStreamsAndEndsWhereItIsToldTo() {
        List<String> texts = new ArrayList<>();
        Generation generation = model.start(LONG.ofBase(), texts::add).await();
        assertThat(String.join("", texts)).isEqualTo(generation.text()).isNotEmpty();

        String middle = generation.text().substring(3, 6);
        Generation stopped = model.answer(LONG.ofBase().stopAt(middle));
        assertThat(stopped.reason()).isEqualTo(Reason.STOP);
        assertThat(generation.text()).startsWith(stopped.text() + middle);
        assertThat(model.chat("What is a tensor?")).isEqualTo(model.chat("What is a tensor?"));
    }

    @Test
    void threadsAskAtATimeAndGetTheirOwnAnswers() {
        List<Prompt> prompts = IntStream.range(0, 6)
                .mapToObj(seed -> Prompt.text("A").maxNewTokens(12).sampled(new Sampling(1, 0, 1, 0, 1, seed)))
                .toList();
        List<String> alone =
                prompts.stream().map(prompt -> model.answer(prompt).text()).toList();
        List<String> together = prompts.parallelStream()
                .map(prompt -> model.answer(prompt).text())
                .toList();
        assertThat(together).isEqualTo(alone);
        assertThat(alone).doesNotHaveDuplicates();
    }

    @Test
    void anAnswerIsCancelledAndAFailingListenerEndsItsOwnAnswerAlone() {
        PendingAnswer[] pending = new PendingAnswer[1];
        pending[0] = model.start(LONG, text -> {});
        pending[0].cancel();
        assertThat(pending[0].await().reason()).isEqualTo(Reason.CANCELLED);
        assertThat(pending[0].isDone()).isTrue();

        PendingAnswer failing = model.start(LONG.ofBase(), text -> {
            throw new IllegalArgumentException("the listener's own");
        });
        assertThatThrownBy(failing::await).isInstanceOf(IllegalArgumentException.class);
        assertThat(model.answer(LONG.maxNewTokens(1)).promptTokens()).isPositive();
    }

    @Test
    void closingEndsWhatIsUnderWay() {
        TunedModel other = TunedModel.open(Quickstart.MODEL);
        assertThat(other.hasAdapter()).isFalse();
        PendingAnswer pending = other.start(LONG, text -> {});
        other.close();
        other.close();
        assertThat(pending.await().reason()).isIn(Reason.CANCELLED, Reason.STOP);
        assertThatThrownBy(() -> other.chat("More?"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void wrongInputsAreNamed() {
        assertThatThrownBy(() -> TunedModel.open(folder.resolve("nothing")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("nothing");
        assertThatThrownBy(() -> TunedModel.open(result.folder(), folder, Map.of()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("config.json");
        assertThatThrownBy(() -> TunedModel.open(Quickstart.MODEL, null, Map.of("dtype", "fp7")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("fp7");
        assertThatThrownBy(() -> model.answer(Prompt.text("a ".repeat(100_000))))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("shorten the prompt");
        assertThatThrownBy(() -> model.answer(LONG.maxNewTokens(-1)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("max_new_tokens");
        assertThat(model.answer(LONG.maxNewTokens(0)).text()).isEmpty();
    }
}
