// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A format that shows texts alone refuses what else a record says, and what says nothing is no matter. */
class ConversationTest {
    private static Conversation of(Map<String, Object> fields, Map<String, Object> variables) {
        return new Conversation(List.of(new Message(Role.ASSISTANT, "Yo", 1, fields)), variables);
    }

    @Test
    void whatTextDoesNotShowIsNamed() {
        for (String field : List.of("tool_calls", "function_call", "reasoning_content", "reasoning", "thinking")) {
            assertThatThrownBy(() -> of(Map.of("content", "Yo", field, List.of(1)), Map.of())
                            .requireText("plain"))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("'" + field + "' cannot be shown by plain");
        }
        assertThat(of(Map.of(), Map.of("tools", List.of(1))).structure()).contains("tools");
        assertThat(of(Map.of("content", "Yo", "name", "N"), Map.of()).structure())
                .as("a name is shown by no text, and changes nothing")
                .isEmpty();
    }

    @Test
    void whatIsEmptySaysNothing() {
        Map<String, Object> fields =
                Map.of("tool_calls", List.of(), "reasoning_content", "", "function_call", Map.of());
        assertThatCode(() -> of(fields, Map.of("tools", List.of(), "documents", List.of()))
                        .requireText("plain"))
                .doesNotThrowAnyException();
    }
}
