// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.error.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything that a tokenizer must do. */
public abstract class TokenizerConformance extends ComponentConformance<TokenizerProvider> {
    private static final int THREADS = 4;
    private static final List<Message> QUESTION = List.of(new Message(Role.USER, "How many are two and three?", false));
    private static final List<Message> EXCHANGE =
            List.of(QUESTION.get(0), new Message(Role.ASSISTANT, "They are five.", true));

    private Tokenizer tokenizer;

    protected TokenizerConformance() {
        super(TokenizerProvider.class);
    }

    /** Texts that come back as they were. */
    protected List<String> texts() {
        return List.of("a", "Two words", "tr\u00e8s bon", "x = 3 + 4;\n\tdone", "\u6f22\u5b57 \ud83d\ude00");
    }

    /** Special tokens as they are spelled, which a record may contain as text; empty if there are none. */
    protected List<String> spelledSpecials() {
        return List.of();
    }

    /** Whether an answer ends with a token for which {@link Tokenizer#isEnd} holds. */
    protected boolean answersEnd() {
        return true;
    }

    @BeforeEach
    final void openTokenizer() {
        tokenizer = component().open();
    }

    @AfterEach
    final void closeTokenizer() {
        tokenizer.close();
    }

    @Test
    final void textsComeBack() {
        for (String text : texts()) {
            int[] ids = tokenizer.encode(text);
            assertThat(tokenizer.decode(ids)).isEqualTo(text);
            assertKnown(ids);
        }
        assertThat(tokenizer.encode("")).isEmpty();
    }

    private void assertKnown(int... ids) {
        assertThat(Arrays.stream(ids).boxed()).allMatch(id -> id >= 0 && id < tokenizer.vocabularySize());
    }

    @Test
    final void plainTextHasNoEnd() {
        for (String text : texts()) {
            assertThat(Arrays.stream(tokenizer.encode(text)).boxed()).noneMatch(tokenizer::isEnd);
        }
    }

    @Test
    final void specialTokensSpelledInATextAreText() {
        for (String special : spelledSpecials()) {
            int[] ids = tokenizer.encode("a " + special + " b");
            assertThat(tokenizer.decode(ids)).isEqualTo("a " + special + " b");
            assertThat(Arrays.stream(ids).boxed()).noneMatch(tokenizer::isEnd);
        }
    }

    @Test
    final void aConversationTrainsTheAnswerAlone() {
        TokenizedSample sample = tokenizer.encodeMessages("id#1", EXCHANGE);
        assertThat(sample.id()).isEqualTo("id#1");
        assertKnown(sample.tokens());
        int[] trained = picked(sample, true);
        assertThat(tokenizer.decode(trained)).contains("They are five.").doesNotContain("How many");
        assertThat(tokenizer.decode(picked(sample, false)))
                .contains("How many are two and three?")
                .doesNotContain("five");
        TokenizedSample nothing = tokenizer.encodeMessages(
                "id#2", List.of(QUESTION.get(0), new Message(Role.ASSISTANT, "They are five.", false)));
        assertThat(nothing.tokens()).isEqualTo(sample.tokens());
        assertThat(nothing.trainedTokens()).isZero();
    }

    private static int[] picked(TokenizedSample sample, boolean trained) {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < sample.tokens().length; i++) {
            if (sample.isTrained(i) == trained) {
                ids.add(sample.tokens()[i]);
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    @Test
    final void weightsOfMessagesAreThoseOfTheirTokens() {
        TokenizedSample sample = tokenizer.encodeMessages(
                "id#1", List.of(QUESTION.get(0), new Message(Role.ASSISTANT, "They are five.", 0.25f)));
        assertThat(picked(sample, true)).isNotEmpty();
        for (float weight : sample.weights()) {
            assertThat(weight).isIn(0f, 0.25f);
        }
    }

    @Test
    final void anAnswerEnds() {
        if (answersEnd()) {
            int[] trained = picked(tokenizer.encodeMessages("id#1", EXCHANGE), true);
            assertThat(Arrays.stream(trained).boxed()).as("an answer's tokens").anyMatch(tokenizer::isEnd);
        }
    }

    /** What a model is asked at use is what it saw in training. */
    @Test
    final void aPromptIsTheBeginningOfTheConversation() {
        int[] prompt = tokenizer.encodePrompt(QUESTION);
        int[] whole = tokenizer.encodeMessages("id#1", EXCHANGE).tokens();
        assertThat(Arrays.copyOf(whole, prompt.length)).isEqualTo(prompt);
        assertThat(tokenizer.decode(prompt)).contains("How many are two and three?");
        assertThat(tokenizer.decode(Arrays.copyOfRange(whole, prompt.length, whole.length)))
                .contains("They are five.");
    }

    @Test
    final void textIsLearnedAsItIs() {
        TokenizedSample with = tokenizer.encodeText("t#1", "Two words", true);
        TokenizedSample without = tokenizer.encodeText("t#1", "Two words", false);
        assertThat(tokenizer.decode(without.tokens())).isEqualTo("Two words");
        assertThat(tokenizer.isEnd(with.tokens()[with.tokens().length - 1])).isTrue();
        assertThat(Arrays.copyOf(with.tokens(), without.tokens().length)).isEqualTo(without.tokens());
        assertThat(without.tokens().length).isEqualTo(with.tokens().length - 1);
        assertThat(with.trainedTokens()).isEqualTo(with.tokens().length - 1);
    }

    @Test
    final void aContinuationTrainsWhatContinues() {
        TokenizedSample sample = tokenizer.encodeContinuation("c#1", "Two and three", " are five");
        assertThat(tokenizer.decode(picked(sample, true))).contains("five").doesNotContain("three");
    }

    /** A field that the format cannot show is refused by name, never dropped. */
    @Test
    final void whatCannotBeShownIsRefused() {
        List<Object> calls =
                List.of(Map.of("function", Map.of("name", "add_them", "arguments", Map.of("a", 2, "b", 3))));
        Message calling = new Message(Role.ASSISTANT, "", 1, Map.of("content", "", "tool_calls", calls));
        Conversation conversation = Conversation.of(List.of(QUESTION.get(0), calling));
        TokenizedSample sample;
        try {
            sample = tokenizer.encodeConversation("t#1", conversation);
        } catch (UserException e) {
            assertThat(e).hasMessageContaining("tool_calls");
            return;
        }
        assertThat(tokenizer.decode(sample.tokens())).contains("add_them");
    }

    @Test
    final void itsIdentityIsThatOfItsFiles() {
        try (Tokenizer again = component().open()) {
            assertThat(again.identity()).isEqualTo(tokenizer.identity());
        }
    }

    @Test
    final void severalThreadsMayUseIt() throws InterruptedException, ExecutionException {
        List<int[]> expected = texts().stream().map(tokenizer::encode).toList();
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Boolean>> jobs = new ArrayList<>();
            for (int job = 0; job < 40; job++) {
                int which = job % expected.size();
                jobs.add(() -> Arrays.equals(tokenizer.encode(texts().get(which)), expected.get(which)));
            }
            for (Future<Boolean> each : pool.invokeAll(jobs)) {
                assertThat(each.get()).as("the same ids in every thread").isTrue();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
