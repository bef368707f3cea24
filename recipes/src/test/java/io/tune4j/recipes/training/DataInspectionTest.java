// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.recipe.Recipe.DataReport;
import io.tune4j.api.recipe.Recipe.DataReport.Token;
import io.tune4j.recipes.testing.Samples;
import io.tune4j.recipes.tokens.TokenStore;
import io.tune4j.testkit.toy.ByteTokenizer;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each trap has a warning that says what it is and what to do. */
class DataInspectionTest {
    private static final int BEGIN = 1;
    private static final int END = 2;

    private final ByteTokenizer tokenizer = new ByteTokenizer();

    private DataReport.Set inspect(@Nullable Integer limit, int positions, TokenizedSample... samples) {
        try (TokenStore store = Samples.store(Arrays.asList(samples))) {
            return new DataInspection("dataset", tokenizer, limit, positions).inspect(store, 2);
        }
    }

    /** Tokens of which those from an index on are trained. */
    private static TokenizedSample sample(int trainedFrom, int... tokens) {
        boolean[] trained = new boolean[tokens.length];
        Arrays.fill(trained, trainedFrom, tokens.length, true);
        return new TokenizedSample("x", tokens, trained);
    }

    @Test
    void goodDataHaveFiguresAndNoWarnings() {
        DataReport.Set set = inspect(null, 100, sample(2, BEGIN, 70, 71, END), sample(1, BEGIN, 70, END));
        assertThat(set.warnings()).isEmpty();
        assertThat(set.tokens()).isEqualTo(7);
        assertThat(set.trainedTokens()).isEqualTo(4);
        assertThat(set.lengths()).isEqualTo(new DataReport.Lengths(2, 3, 4, 4, 4, 4));
        assertThat(set.samples()).hasSize(2);
        assertThat(set.samples().get(0).tokens())
                .containsExactly(
                        new Token(BEGIN, "<1>", 0),
                        new Token(70, "C", 0),
                        new Token(71, "D", 1),
                        new Token(END, "<2>", 1));
    }

    @Test
    void allLabelsMasked() {
        DataReport.Set set = inspect(null, 100, sample(3, BEGIN, 70, END), sample(1, BEGIN, 70, END));
        assertThat(set.warnings())
                .singleElement()
                .asString()
                .contains("1 of 2 samples", "no token to learn", "left out", "Fill the answers in", "masking_strategy");
    }

    @Test
    void noEndTrained() {
        DataReport.Set set = inspect(null, 100, sample(1, BEGIN, 70, 71), sample(1, BEGIN, 70, 72));
        assertThat(set.warnings())
                .singleElement()
                .asString()
                .contains("2 of 2 samples", "not learn to stop", "chat_format");
    }

    @Test
    void theBeginningTwice() {
        DataReport.Set set = inspect(null, 100, sample(2, BEGIN, BEGIN, 70, END));
        assertThat(set.warnings())
                .singleElement()
                .asString()
                .contains("1 of 1 samples", "beginning twice", "take it out of the template or the text");
    }

    @Test
    void cutOff() {
        DataReport.Set set = inspect(4, 100, sample(1, BEGIN, 70, 71, END), sample(1, BEGIN, 70, END));
        assertThat(set.cut()).isEqualTo(1);
        assertThat(set.warnings())
                .singleElement()
                .asString()
                .contains("1 of 2", "tokenizer.max_seq_len=4", "cut off", "raise tokenizer.max_seq_len");
    }

    @Test
    void whatTheTokenizerRemarksIsAWarningToo() {
        Tokenizer remarking = (Tokenizer) Proxy.newProxyInstance(
                Tokenizer.class.getClassLoader(),
                new Class<?>[] {Tokenizer.class},
                (proxy, method, arguments) -> method.getName().equals("remarks")
                        ? List.of("pad_token is the eos_token")
                        : method.invoke(tokenizer, arguments));
        DataReport.Set set;
        try (TokenStore store = Samples.store(List.of(sample(1, BEGIN, 70, END)))) {
            set = new DataInspection("dataset", remarking, null, 100).inspect(store, 1);
        }
        assertThat(set.warnings()).containsExactly("pad_token is the eos_token");
    }

    @Test
    void longerThanTheModelAllows() {
        DataReport.Set set = inspect(null, 3, sample(1, BEGIN, 70, 71, END));
        assertThat(set.warnings()).singleElement().asString().contains("model's 3 positions", "max_seq_len=3");
    }

    @Test
    void recordsThatDoNotFitAreCounted() {
        DataReport.Set set = inspect(null, 100, sample(1, BEGIN, 70, END), null);
        assertThat(set.unusable()).containsExactly("record x#1 does not fit");
        assertThat(inspect(null, 100).warnings()).containsExactly("there is nothing to train on");
    }

    @Test
    void aCharacterOfSeveralTokensIsShownWhole() {
        int[] smile = tokenizer.encode("\uD83D\uDE00!");
        DataReport.Set set = inspect(null, 100, sample(0, smile));
        assertThat(set.samples().get(0).tokens())
                .extracting(Token::text)
                .containsExactly("", "", "", "\uD83D\uDE00", "!");
        assertThat(IntStream.of(smile)).hasSize(5);
    }
}
