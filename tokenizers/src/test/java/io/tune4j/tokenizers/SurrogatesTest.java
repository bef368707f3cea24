// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Half a surrogate pair becomes U+FFFD wherever it is, and the sample says so. */
class SurrogatesTest {
    private static final String CHANGE = "half a surrogate pair (a broken character) became U+FFFD";
    private static final String SMILE = "\uD83D\uDE00";

    private final TokenBuilder tokens = new TokenBuilder();

    @TempDir
    private Path folder;

    private List<String> changes() {
        tokens.add(1, 1);
        return tokens.sample("x").changes();
    }

    @Test
    void wholePairsStay() {
        String text = "a" + SMILE + SMILE + "\uFFFD";
        assertThat(Surrogates.mended(text, tokens)).isEqualTo(text);
        assertThat(changes()).isEmpty();
    }

    @Test
    void halvesAreReplacedAndTold() {
        assertThat(Surrogates.mended("a\uD83Db\uDE00", tokens)).isEqualTo("a\uFFFDb\uFFFD");
        assertThat(Surrogates.mended("\uDE00\uD83D", tokens)).isEqualTo("\uFFFD\uFFFD");
        assertThat(Surrogates.mended("\uD83D" + SMILE + "\uD83D", tokens)).isEqualTo("\uFFFD" + SMILE + "\uFFFD");
        assertThat(changes()).containsExactly(CHANGE);
    }

    @Test
    void fieldsAndVariablesAreMendedToo() {
        Map<String, Object> fields = Map.of(
                "content", "a\uD83D", "tool_calls", List.of(Map.of("arguments", Map.of("k\uDE00", "v\uD83D", "n", 1))));
        Conversation mended = Surrogates.mended(
                new Conversation(
                        List.of(new Message(Role.ASSISTANT, "a\uD83D", 0.5f, fields)),
                        Map.of("tools", List.of("t\uDE00"))),
                tokens);
        assertThat(mended.messages())
                .containsExactly(new Message(
                        Role.ASSISTANT,
                        "a\uFFFD",
                        0.5f,
                        Map.of(
                                "content",
                                "a\uFFFD",
                                "tool_calls",
                                List.of(Map.of("arguments", Map.of("k\uFFFD", "v\uFFFD", "n", 1))))));
        assertThat(mended.variables()).isEqualTo(Map.of("tools", List.of("t\uFFFD")));
        assertThat(changes()).containsExactly(CHANGE);
    }

    @Test
    void samplesOfAllKindsTellIt() throws IOException {
        Map<String, String> config = Map.of("bos_token", "<s>", "eos_token", "</s>");
        try (HfTokenizer tokenizer = HfTokenizer.open(
                SmallTokenizer.write(folder, Map.of("<s>", 256, "</s>", 257), config),
                HfTokenizerTest.options(ChatFormatName.PLAIN, null))) {
            String half = "a\uD83D";
            List<Message> talk = List.of(new Message(Role.USER, half, false), new Message(Role.ASSISTANT, "b", true));
            assertThat(List.of(
                            tokenizer.encodeMessages("x", talk),
                            tokenizer.encodeText("x", half, true),
                            tokenizer.encodeContinuation("x", half, "b"),
                            tokenizer.encodeContinuation("x", "b", half)))
                    .allSatisfy(sample -> {
                        assertThat(sample.changes()).containsExactly(CHANGE);
                        assertThat(tokenizer.decode(sample.tokens())).contains("a\uFFFD");
                    });
            assertThat(tokenizer.encodeText("x", SMILE, true).changes()).isEmpty();
        }
    }
}
