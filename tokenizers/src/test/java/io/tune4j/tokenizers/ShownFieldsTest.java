// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A chat template that does not show what a record says is refused, or the sample tells it as a change. */
class ShownFieldsTest {
    private static final String TEXT = "{% for m in messages %}{{ m.role + ':' + m.content + eos_token }}{% endfor %}";
    private static final String ALL = "{% for m in messages %}{{ m.role + ':' }}"
            + "{{ m.reasoning_content }}{{ m.content }}{{ m.function_call }}"
            + "{% for call in m.tool_calls %}{{ call.function.name }}{% endfor %}{{ eos_token }}{% endfor %}";
    private static final String LAST_THOUGHT =
            "{% for m in messages %}{{ m.role + ':' }}{% if loop.last and m.reasoning_content %}"
                    + "{{ '(' + m.reasoning_content + ')' }}{% endif %}{{ m.content + eos_token }}{% endfor %}";
    private static final Message ASK = new Message(Role.USER, "Hi", false);
    private static final Message ANSWER = new Message(Role.ASSISTANT, "Yo", true);
    private static final Object CALLS = List.of(Map.of("type", "function", "function", Map.of("name", "add")));

    @TempDir
    private Path folder;

    private TokenizedSample encode(String template, Conversation conversation) throws IOException {
        Map<String, String> config = Map.of("eos_token", "</s>", "chat_template", template);
        try (HfTokenizer tokenizer = HfTokenizer.open(
                SmallTokenizer.write(folder, Map.of("</s>", 256), config),
                HfTokenizerTest.options(ChatFormatName.TEMPLATE, null))) {
            return tokenizer.encodeConversation("x", conversation);
        }
    }

    private static Message answer(String field, Object value) {
        return new Message(Role.ASSISTANT, "Yo", 1, Map.of("content", "Yo", field, value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tool_calls", "function_call", "reasoning_content", "reasoning", "thinking"})
    void aFieldOfAMessageThatIsNotShownIsRefusedByItsName(String field) throws IOException {
        Object value = field.equals("tool_calls") ? CALLS : "because";
        Conversation conversation = Conversation.of(List.of(ASK, answer(field, value)));
        assertThatThrownBy(() -> encode(TEXT, conversation))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("does not show '" + field + "'");
        assertThat(encode(ALL, conversation).changes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tools", "functions", "documents"})
    void aVariableThatIsNotShownIsRefusedByItsName(String variable) throws IOException {
        Conversation conversation =
                new Conversation(List.of(ASK, ANSWER), Map.of(variable, List.of(Map.of("name", "add"))));
        assertThatThrownBy(() -> encode(TEXT, conversation))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("does not show '" + variable + "'");
        String shows = "{{ " + variable + " | tojson }}" + TEXT;
        assertThat(encode(shows, conversation).changes()).isEmpty();
    }

    @Test
    void whatIsEmptyNeedNotBeShown() throws IOException {
        Conversation conversation =
                new Conversation(List.of(ASK, answer("tool_calls", List.of())), Map.of("tools", List.of()));
        assertThat(encode(TEXT, conversation).changes()).isEmpty();
    }

    @Test
    void thoughtsOfEarlierTurnsThatAreLeftOutAreAChange() throws IOException {
        Message thoughtful = answer("reasoning_content", "because");
        assertThat(encode(LAST_THOUGHT, Conversation.of(List.of(ASK, thoughtful)))
                        .changes())
                .isEmpty();
        assertThat(encode(LAST_THOUGHT, Conversation.of(List.of(ASK, thoughtful, ASK, thoughtful)))
                        .changes())
                .containsExactly("the chat template leaves out the reasoning of some messages, as it does in use");
    }

    @Test
    void aTextThatIsLeftOutIsAChangeOrRefused() throws IOException {
        String users = "{% for m in messages if m.role == 'user' %}{{ m.content + eos_token }}{% endfor %}";
        Message untrained = new Message(Role.ASSISTANT, "Yo", false);
        assertThatThrownBy(() -> encode(users, Conversation.of(List.of(ASK, ANSWER))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("does not show 'content'");
        assertThat(encode(users, Conversation.of(List.of(ASK, untrained))).changes())
                .containsExactly("the chat template leaves out messages of role assistant");
    }
}
