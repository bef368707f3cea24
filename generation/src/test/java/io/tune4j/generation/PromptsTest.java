// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import io.tune4j.testkit.toy.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptsTest {
    private static final PromptForm ALPACA = new PromptForm(true, "Q: {question}\nA: ", "Be short.");
    private static final PromptForm TEXT = new PromptForm(false, "{question}", null);

    private final ByteTokenizer tokenizer = new ByteTokenizer();
    private final Prompts prompts = new Prompts(tokenizer, List.of(PromptForm.PLAIN, ALPACA, TEXT));

    @TempDir
    Path folder;

    private String asked(int adapter, Message... messages) {
        return tokenizer.decode(prompts.encode(List.of(messages), adapter));
    }

    @Test
    void eachModelIsAskedInItsOwnForm() {
        Message question = new Message(Role.USER, "Why?", false);
        assertThat(asked(0, question)).isEqualTo("Why?");
        assertThat(asked(1, question)).isEqualTo("Be short.Q: Why?\nA: ");
        assertThat(asked(2, question)).isEqualTo("Why?");
    }

    @Test
    void theUsersSystemMessageIsNotReplacedAndAnswersStayAsTheyAre() {
        Message system = new Message(Role.SYSTEM, "Sing.", false);
        Message question = new Message(Role.USER, "Why?", false);
        Message answer = new Message(Role.ASSISTANT, "So.", false);
        assertThat(asked(1, system, question, answer, question)).isEqualTo("Sing.Q: Why?\nA: So.Q: Why?\nA: ");
        assertThat(asked(2, system, question)).isEqualTo("Sing.\n\nWhy?");
    }

    @Test
    void aFieldWithTheContentFollows() {
        Message question = new Message(Role.USER, "Why?", 0, Map.of("content", "Why?", "name", "Ann"));
        Message asked = Prompts.inForm(question, ALPACA);
        assertThat(asked.content()).isEqualTo("Q: Why?\nA: ");
        assertThat(asked.fields()).containsEntry("content", "Q: Why?\nA: ").containsEntry("name", "Ann");
    }

    @Test
    void aFormComesBackFromItsFile() throws IOException {
        for (PromptForm form : List.of(ALPACA, TEXT, PromptForm.PLAIN)) {
            PromptFormFile.write(folder, form);
            assertThat(PromptFormFile.read(folder)).isEqualTo(form);
        }
        assertThat(folder.resolve(PromptFormFile.NAME)).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"conversation\": true}",
                "{\"conversation\": true, \"user\": \"no place\", \"system\": null}",
                "{\"conversation\": \"yes\", \"user\": \"{question}\"}",
                "{\"conversation\": true, \"user\": \"{question}\", \"system\": 3}"
            })
    void aBrokenFileIsNamed(String content) throws IOException {
        Files.writeString(folder.resolve(PromptFormFile.NAME), content);
        assertThatThrownBy(() -> PromptFormFile.read(folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(PromptFormFile.NAME)
                .hasMessageContaining("delete it");
    }
}
