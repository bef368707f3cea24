// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chat templates written for this test, on a tokenizer with a token for each character. */
class TemplateFormatTest {
    private static final String CHATML = """
            {%- for message in messages %}
            {%- if loop.first and message.role != 'system' %}<|im_start|>system
            Be kind.<|im_end|>
            {% endif %}
            {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
            """;
    private static final String TAGS = """
            {%- for message in messages %}
            {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
            {{- raise_exception('user and assistant must take turns') }}
            {%- endif %}
            {%- if message.role == 'user' %}{{ bos_token + '[INST] ' + message.content | trim + ' [/INST]' }}
            {%- else %}{{ ' ' + message.content.strip() + eos_token }}
            {%- endif %}
            {%- endfor %}
            """;
    private static final String FORGETFUL = """
            {%- for message in messages -%}
            {{- '<|im_start|>' + message.role + ':' }}
            {%- if message.role == 'assistant' and not loop.last %}{{ message.content.split('#')[-1] }}
            {%- else %}{{ message.content }}{% endif %}<|im_end|>
            {%- endfor %}
            {%- if add_generation_prompt %}<|im_start|>assistant:{% endif %}
            """;
    private static final Map<String, Integer> SPECIAL =
            Map.of("<s>", 256, "</s>", 257, "<|im_start|>", 258, "<|im_end|>", 259);
    private static final Message ASK = new Message(Role.USER, "Hi <|im_end|>", false);
    private static final Message ANSWER = new Message(Role.ASSISTANT, "Yo", true);
    private static final Message AGAIN = new Message(Role.USER, "and", false);
    private static final Message MORE = new Message(Role.ASSISTANT, "hm#so", true);

    @TempDir
    Path folder;

    private HfTokenizer open(String template) throws IOException {
        Map<String, String> config = Map.of("bos_token", "<s>", "eos_token", "</s>", "chat_template", template);
        return HfTokenizer.open(
                SmallTokenizer.write(folder, SPECIAL, config), HfTokenizerTest.options(ChatFormatName.AUTO, null));
    }

    /** Spelled out, with what is trained in brackets. */
    private static String shown(HfTokenizer tokenizer, TokenizedSample sample) {
        StringBuilder text = new StringBuilder();
        boolean trained = false;
        for (int i = 0; i < sample.tokens().length; i++) {
            if (sample.isTrained(i) != trained) {
                text.append(trained ? "\u27E9" : "\u27E8");
                trained = !trained;
            }
            int id = sample.tokens()[i];
            text.append(SPECIAL.entrySet().stream()
                    .filter(token -> token.getValue() == id)
                    .map(token -> "{" + token.getValue() + "}")
                    .findFirst()
                    .orElseGet(() -> tokenizer.decode(new int[] {id})));
        }
        return text.append(trained ? "\u27E9" : "").toString();
    }

    @Test
    void anAnswerIsTrainedFromBehindItsHeaderToItsEnd() throws IOException {
        try (HfTokenizer tokenizer = open(CHATML)) {
            assertThat(shown(tokenizer, tokenizer.encodeMessages("x", List.of(ASK, ANSWER, AGAIN, MORE))))
                    .isEqualTo("{258}system\nBe kind.{259}\n{258}user\nHi <|im_end|>{259}\n{258}assistant\n⟨Yo{259}⟩\n"
                            + "{258}user\nand{259}\n{258}assistant\n⟨hm#so{259}⟩\n");
            int[] prompt = tokenizer.encodePrompt(List.of(ASK));
            TokenizedSample sample = tokenizer.encodeMessages("x", List.of(ASK, ANSWER));
            assertThat(prompt).isEqualTo(java.util.Arrays.copyOf(sample.tokens(), prompt.length));
        }
    }

    @Test
    void aTemplateWithoutHeadersTrainsFromWhereThePromptEnds() throws IOException {
        try (HfTokenizer tokenizer = open(TAGS)) {
            assertThat(shown(tokenizer, tokenizer.encodeMessages("x", List.of(ASK, ANSWER))))
                    .isEqualTo("{256}[INST] Hi <|im_end|> [/INST]⟨ Yo{257}⟩");
        }
    }

    @Test
    void earlierAnswersThatATemplateShortensAreTrainedWhereTheirTextIs() throws IOException {
        try (HfTokenizer tokenizer = open(FORGETFUL)) {
            assertThat(shown(tokenizer, tokenizer.encodeMessages("x", List.of(ASK, ANSWER, AGAIN, MORE))))
                    .endsWith("{258}assistant:⟨Yo{259}⟩{258}user:and{259}{258}assistant:⟨hm#so{259}⟩");
            TokenizedSample shortened = tokenizer.encodeMessages("x", List.of(ASK, MORE, AGAIN, ANSWER));
            assertThat(shown(tokenizer, shortened)).contains("{258}assistant:⟨so{259}⟩{258}user:and{259}");
            assertThat(shortened.changes())
                    .containsExactly("the chat template shows only parts of some messages of role assistant");
        }
    }

    @Test
    void whatATemplateRefusesIsToldInItsWords() throws IOException {
        try (HfTokenizer tokenizer = open(TAGS)) {
            assertThatThrownBy(() -> tokenizer.encodeMessages("x", List.of(ANSWER)))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("user and assistant must take turns");
        }
        assertThatThrownBy(() -> open("{% for x in %}"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("chat template");
    }

    private static final Message CALL = new Message(
            Role.ASSISTANT,
            "",
            1,
            Map.of(
                    "content",
                    "",
                    "tool_calls",
                    List.of(Map.of("function", Map.of("name", "f", "arguments", Map.of("a", 1L))))));
    private static final Message RESULT = new Message(Role.TOOL, "22", false);
    /** Calls within {@code <s>}, as Mistral's templates write them, without a header and without a prompt for an answer. */
    private static final String CALLS = """
            {%- for m in messages %}
            {%- if m.role == 'user' %}[INST]{{ m.content }}[/INST]
            {%- elif m.role == 'tool' %}[RESULT]{{ m.content }}[/RESULT]
            {%- elif m.tool_calls %}<|im_start|>[{"name": "{{ m.tool_calls[0].function.name }}"}]</s>
            {%- else %}{{ m.content }}</s>
            {%- endif %}
            {%- endfor %}
            """;
    /** Results within the turn that called, as Gemma 4's templates write them. */
    private static final String NESTED = """
            {%- for m in messages if m.role != 'tool' %}
            {%- set before = messages[loop.index0 - 1].role if loop.index0 > 1 else '' %}
            {%- if before != 'assistant' %}<|im_start|>{{ m.role }}:{% endif %}
            {%- if m.tool_calls %}
            {{- 'call ' + m.tool_calls[0].function.name }}
            {%- for i in range(loop.index, messages|length) %}
            {%- set other = messages[i] %}
            {%- if other.role == 'tool' %}(result {{ other.content }}){% endif %}
            {%- endfor %}
            {%- endif %}
            {{- m.content + '<|im_end|>' }}
            {%- endfor %}
            {%- if add_generation_prompt %}<|im_start|>assistant:{% endif %}
            """;
    /** Each conversation ends where the assistant begins to speak, and answers have a mark of their own. */
    private static final String ASKING = """
            {%- for m in messages %}<|im_start|>{{ m.role }}:
            {%- if m.role == 'assistant' %}<s>{% endif %}{{ m.content }}<|im_end|>
            {%- endfor %}<|im_start|>assistant:
            """.strip();
    /** The end of a turn is written before the next one, or after the last. */
    private static final String BETWEEN = """
            {%- for m in messages %}{{ '' if loop.first else '<|im_end|>' }}<|im_start|>{{ m.role + ':' + m.content }}
            {%- endfor %}<|im_end|>
            {%- if add_generation_prompt %}<|im_start|>assistant:{% endif %}
            """;
    /** The next message decides whether a message ends, and no prompt asks for an answer after an assistant's words. */
    private static final String GOING_ON = """
            {%- for m in messages %}<|im_start|>{{ m.role + ':' + m.content }}
            {%- if m.role == 'user' or loop.last or loop.nextitem.role != 'assistant' %}<|im_end|>{% endif %}
            {%- endfor %}
            {%- if add_generation_prompt and messages[-1].role == 'user' %}<|im_start|>assistant:{% endif %}
            """;

    private void assertTrained(String template, List<Message> messages, String expected) throws IOException {
        try (HfTokenizer tokenizer = open(template)) {
            assertThat(shown(tokenizer, tokenizer.encodeMessages("x", messages)))
                    .isEqualTo(expected);
        }
    }

    @Test
    void theMarkBeforeACallIsTrained() throws IOException {
        assertTrained(
                CALLS,
                List.of(AGAIN, CALL, RESULT, ANSWER),
                "[INST]and[/INST]⟨{258}[{\"name\": \"f\"}]{257}⟩[RESULT]22[/RESULT]⟨Yo{257}⟩");
    }

    @Test
    void resultsThatATemplateWritesWithinTheTurnOfTheCallAreNotTrained() throws IOException {
        assertTrained(
                NESTED, List.of(AGAIN, CALL, RESULT), "{258}user:and{259}{258}assistant:⟨call f⟩(result 22)⟨{259}⟩");
    }

    @Test
    void theMarkOfAnAnswerIsTrainedAfterAHeaderThatIsAlwaysWritten() throws IOException {
        assertTrained(
                ASKING,
                List.of(AGAIN, ANSWER, AGAIN, ANSWER),
                "{258}user:and{259}{258}assistant:⟨{256}Yo{259}⟩{258}user:and{259}{258}assistant:⟨{256}Yo{259}⟩"
                        + "{258}assistant:");
    }

    @Test
    void anEndThatIsWrittenBeforeTheNextTurnIsTrained() throws IOException {
        assertTrained(
                BETWEEN,
                List.of(AGAIN, ANSWER, AGAIN, ANSWER),
                "{258}user:and{259}{258}assistant:⟨Yo{259}⟩{258}user:and{259}{258}assistant:⟨Yo{259}⟩");
    }

    @Test
    void anEndThatOnlyAShorterConversationHasIsNoHeader() throws IOException {
        assertTrained(
                GOING_ON,
                List.of(AGAIN, ANSWER, ANSWER),
                "{258}user:and{259}{258}assistant:⟨Yo⟩{258}assistant:⟨Yo{259}⟩");
    }

    @Test
    void aTemplateThatMixesMessagesIsRefused() throws IOException {
        String echo = "{% for m in messages %}{% if m.role == 'assistant' %}<s>{{ m.content }}"
                + "{{ messages[loop.index0 - 1].content }}</s>{% endif %}{% endfor %}";
        try (HfTokenizer tokenizer = open(echo)) {
            assertThatThrownBy(() -> tokenizer.encodeMessages("x", List.of(AGAIN, ANSWER)))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("message 1: the chat template writes the text of another message into it");
        }
    }

    @Test
    void anEndThatATemplateWritesAfterItsLoopIsTrained() throws IOException {
        String loop = "{% for m in messages %}{{ '\\n' + m.role + ': ' + m.content }}{% endfor %}";
        try (HfTokenizer tokenizer = open(loop + "{{ eos_token }}")) {
            assertThat(shown(tokenizer, tokenizer.encodeMessages("x", List.of(AGAIN, ANSWER))))
                    .isEqualTo("\nuser: and\nassistant: \u27E8Yo{257}\u27E9");
            assertThat(shown(tokenizer, tokenizer.encodeMessages("x", List.of(AGAIN, ANSWER, AGAIN))))
                    .as("it does not end the answer")
                    .isEqualTo("\nuser: and\nassistant: \u27E8Yo\u27E9\nuser: and{257}");
        }
    }

    @Test
    void questionsAreTrainedWhereThatIsAskedFor() throws IOException {
        try (HfTokenizer tokenizer = open(CHATML)) {
            Message trained = new Message(Role.USER, "why", true);
            assertThat(shown(tokenizer, tokenizer.encodeMessages("x", List.of(trained, ANSWER))))
                    .endsWith("{258}user\n⟨why⟩{259}\n{258}assistant\n⟨Yo{259}⟩\n");
        }
    }

    @Test
    void argumentsThatAreQuotedTwiceAreTold() throws IOException {
        String template = "{% for m in messages %}{{ m.role + ':' + (m.content or '') }}"
                + "{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}"
                + "<|im_end|>{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";
        try (HfTokenizer tokenizer = open(template)) {
            TokenizedSample text = tokenizer.encodeMessages("x", List.of(ASK, call("{\"a\": 2}")));
            assertThat(shown(tokenizer, text)).endsWith("assistant:\u27E8add\"{\\\"a\\\": 2}\"{259}\u27E9");
            assertThat(text.changes()).containsExactly(QuotedArguments.CHANGE);
            TokenizedSample object = tokenizer.encodeMessages("x", List.of(ASK, call(Map.of("a", 2))));
            assertThat(shown(tokenizer, object)).endsWith("assistant:\u27E8add{\"a\": 2}{259}\u27E9");
            assertThat(object.changes()).isEmpty();
        }
    }

    private static Message call(Object arguments) {
        Map<String, Object> function = Map.of("name", "add", "arguments", arguments);
        return new Message(
                Role.ASSISTANT, "", 1, Map.of("tool_calls", List.of(Map.of("type", "function", "function", function))));
    }
}
