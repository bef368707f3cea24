// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate;
import io.tune4j.api.error.UserException;
import io.tune4j.testkit.config.Sections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** torchtune's prompt templates by their names, against what torchtune 0.6.1 makes of the same conversation. */
class PromptTemplatesTest {
    private static final List<Message> TALK = List.of(
            new Message(Role.SYSTEM, "S", false),
            new Message(Role.USER, "U", false),
            new Message(Role.ASSISTANT, "A", true),
            new Message(Role.USER, "V", false),
            new Message(Role.TOOL, "T", false),
            new Message(Role.ASSISTANT, "", true));

    private static String applied(PromptTemplate template, List<Message> messages) {
        StringBuilder text = new StringBuilder();
        for (PromptTemplate.Templated message : template.apply(messages)) {
            text.append(message.role().dataName()).append('=').append(String.join("", message.parts()));
            text.append(message.trained() ? " (trained)|" : "|");
        }
        return text.toString().replace("\n", "/");
    }

    @Test
    void mistralHasNoSystemMessages() {
        PromptTemplate template = PromptTemplates.all().stream()
                .filter(factory -> factory.name().equals("MistralChatTemplate"))
                .map(PromptTemplates.class::cast)
                .findFirst()
                .orElseThrow()
                .template();
        assertThat(applied(template, TALK.subList(1, 3))).isEqualTo("user=[INST] U [/INST] |assistant=A (trained)|");
        assertThatThrownBy(() -> template.apply(TALK))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no place for a system message");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "torchtune.data.ChatMLTemplate; system=<|im_start|>system/S<|im_end|>/|user=<|im_start|>user/U<|im_end|>/|"
                        + "assistant=<|im_start|>assistant/A<|im_end|>/ (trained)|user=<|im_start|>user/V<|im_end|>/|tool=T|"
                        + "assistant=<|im_start|>assistant/ (trained)|",
                "torchtune.data.GrammarErrorCorrectionTemplate; system=S|user=Correct this to standard English: U/---/Corrected: |"
                        + "assistant=A (trained)|user=Correct this to standard English: V/---/Corrected: |tool=T|assistant= (trained)|",
                "torchtune.data.SummarizeTemplate; system=S|user=Summarize this dialogue:/U/---/Summary:/|assistant=A (trained)|"
                        + "user=Summarize this dialogue:/V/---/Summary:/|tool=T|assistant= (trained)|",
                "torchtune.data.QuestionAnswerTemplate; system=S|user=Question: U//Answer: |assistant=A (trained)|"
                        + "user=Question: V//Answer: |tool=T|assistant= (trained)|",
                // torchtune says the user's text again for a tool's, which is left out here.
                "torchtune.models.llama2.Llama2ChatTemplate; user=[INST] <<SYS>>/S/<</SYS>>//U [/INST] |assistant=A (trained)|"
                        + "user=[INST] <<SYS>>/S/<</SYS>>//V [/INST] |tool=T|assistant= (trained)|"
            })
    void theirNamesMakeTheirTexts(String name, String expected) {
        PromptTemplate template = PromptTemplates.all().stream()
                .filter(factory -> factory.aliases().contains(name))
                .map(PromptTemplates.class::cast)
                .findFirst()
                .orElseThrow()
                .template();
        assertThat(applied(template, TALK)).isEqualTo(expected);
    }

    @Test
    void aDictionaryPutsTextAroundRoles() {
        PromptTemplate template =
                PromptTemplates.read(Sections.of("{user: [<u>, </u>], assistant: [<a>, ''], ipython: ['', '!']}"));
        assertThat(template).isNotNull();
        assertThat(applied(template, TALK))
                .isEqualTo(
                        "system=S|user=<u>U</u>|assistant=<a>A (trained)|user=<u>V</u>|tool=T!|assistant=<a> (trained)|");
    }

    @Test
    void mistakesInADictionaryAreAllNamed() {
        ConfigReader section = Sections.of("{narrator: [a, b], user: [a]}");
        PromptTemplates.read(section);
        assertThatThrownBy(() -> section.problems().throwIfAny())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("narrator")
                .hasMessageContaining("is no role")
                .hasMessageContaining("found 1 text");
    }
}
