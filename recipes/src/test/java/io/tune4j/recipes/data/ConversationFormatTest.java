// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import io.tune4j.testkit.config.Sections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All that a conversation says reaches the tokenizer, with the weights and the order of turns that torchtune has. */
class ConversationFormatTest {
    private static final String SHAREGPT = "conversation_style: sharegpt";
    private static final String ASK = "{'role': 'user', 'content': 'Q'}";
    private static final String ANSWER = "{'role': 'assistant', 'content': 'A'}";

    /** The conversation that a tokenizer gets; single quotes stand for double ones. */
    private static Conversation read(String options, String record) {
        ConfigReader reader = Sections.of("{" + options + "}");
        RecordFormat format = Formats.conversations(reader);
        reader.finish();
        reader.problems().throwIfAny();
        List<Conversation> given = new ArrayList<>();
        Tokenizer tokenizer = (Tokenizer) Proxy.newProxyInstance(
                Tokenizer.class.getClassLoader(), new Class<?>[] {Tokenizer.class}, (proxy, method, arguments) -> {
                    given.add((Conversation) arguments[1]);
                    return new TokenizedSample("x#0", new int[1], new float[1]);
                });
        try {
            format.read(new JsonTree().read(record.replace('\'', '"')), "x#0").samples(tokenizer, "x#0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return given.get(0);
    }

    private static Conversation messages(String... turns) {
        return read("", "{'messages': [" + String.join(", ", turns) + "]}");
    }

    private static void assertRefused(String turns, String... words) {
        assertThatThrownBy(() -> messages(turns))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("x#0")
                .hasMessageContainingAll(words);
    }

    private static Map<String, Object> call(Object function) {
        return Map.of("type", "function", "function", function);
    }

    @Test
    void textsAloneHaveNoFields() {
        assertThat(messages(ASK, "{'role': 'assistant', 'content': 'A', 'name': null, 'tool_calls': null}"))
                .isEqualTo(Conversation.of(
                        List.of(new Message(Role.USER, "Q", false), new Message(Role.ASSISTANT, "A", true))));
    }

    @Test
    void callsOfToolsKeepTheirArguments() {
        Message call = messages(
                        ASK,
                        "{'role': 'assistant', 'content': null, 'tool_calls': [{'id': 'c1', 'type': 'function', 'function':"
                                + " {'name': 'f', 'arguments': {'n': 1, 'x': 1.0, 'y': 1.10, 'none': null, 't': '1', 'b': false}}}]}",
                        "{'role': 'tool', 'name': 'f', 'tool_call_id': 'c1', 'content': '2'}",
                        ANSWER)
                .messages()
                .get(1);
        assertThat(call.content()).isEmpty();
        assertThat(call.weight()).isEqualTo(1);
        assertThat(call.fields()).containsOnlyKeys("tool_calls");
        Map<?, ?> made = (Map<?, ?>) ((List<?>) call.fields().get("tool_calls")).get(0);
        assertThat(made.get("id")).isEqualTo("c1");
        Map<?, ?> arguments = (Map<?, ?>) ((Map<?, ?>) made.get("function")).get("arguments");
        assertThat(List.copyOf(arguments.keySet())).asString().isEqualTo("[n, x, y, none, t, b]");
        assertThat(arguments.get("n")).isEqualTo(BigInteger.ONE);
        assertThat(arguments.get("x")).isEqualTo(new BigDecimal("1.0"));
        assertThat(arguments.get("y")).isEqualTo(new BigDecimal("1.10"));
        assertThat(arguments.get("none")).isNull();
        assertThat(arguments.get("t")).isEqualTo("1");
        assertThat(arguments.get("b")).isEqualTo(false);
    }

    @Test
    void theFormerWayToCallIsACallOfATool() {
        Message call = messages(
                        ASK,
                        "{'role': 'assistant', 'content': null, 'function_call': {'name': 'f', 'arguments': '{}'}}",
                        "{'role': 'function', 'name': 'f', 'content': '2'}",
                        ANSWER)
                .messages()
                .get(1);
        assertThat(call.fields())
                .isEqualTo(Map.of("tool_calls", List.of(call(Map.of("name", "f", "arguments", "{}")))));
    }

    @Test
    void aTurnMayBeACall() {
        String record = "{'conversations': [{'from': 'human', 'value': 'Q'},"
                + " {'from': 'function_call', 'value': '{\\'name\\': \\'f\\', \\'arguments\\': {\\'n\\': 1.50}}'},"
                + " {'from': 'observation', 'value': '2'}, {'from': 'gpt', 'value': 'A'}]}";
        List<Message> messages = read(SHAREGPT, record).messages();
        assertThat(messages)
                .extracting(Message::role)
                .containsExactly(Role.USER, Role.ASSISTANT, Role.TOOL, Role.ASSISTANT);
        assertThat(messages.get(1).content()).isEmpty();
        assertThat(messages.get(1).fields().get("tool_calls"))
                .isEqualTo(List.of(call(Map.of("name", "f", "arguments", Map.of("n", new BigDecimal("1.50"))))));
        for (String none : List.of("hello", "{\\'nam\\': 1}", "{")) {
            String broken = record.replaceFirst("'\\{.*?\\}\\}'", "'" + none.replace("\\", "\\\\") + "'");
            assertThatThrownBy(() -> read(SHAREGPT, broken))
                    .isInstanceOf(DataException.class)
                    .hasMessageContainingAll("message 1", "expected a call such as");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tools", "documents"})
    void listsBesideTheMessagesAreKept(String name) {
        String record = "{'messages': [" + ASK + ", " + ANSWER + "], '" + name + "': ";
        Map<String, Object> expected = Map.of(name, List.of(Map.of("name", "f")));
        assertThat(read("", record + "[{'name': 'f'}]}").variables()).isEqualTo(expected);
        assertThat(read("", record + "'[{\\'name\\': \\'f\\'}]'}").variables())
                .as("JSON text, as tables have it")
                .isEqualTo(expected);
        assertThat(read("", record + "null}").variables()).isEmpty();
        assertThat(read("", record + "''}").variables()).isEmpty();
        for (String wrong : List.of("'f'", "{'name': 'f'}", "3", "'[1] and more'")) {
            assertThatThrownBy(() -> read("", record + wrong + "}"))
                    .isInstanceOf(DataException.class)
                    .hasMessageContainingAll("x#0", "expected '" + name + "' to be a list");
        }
    }

    @Test
    void functionsAreTools() {
        String record = "{'messages': [" + ASK + ", " + ANSWER + "], 'functions': ";
        Map<String, Object> expected = Map.of("tools", List.of(call(Map.of("name", "f"))));
        assertThat(read("", record + "[{'name': 'f'}]}").variables()).isEqualTo(expected);
        assertThat(read("", record + "'[{\\'name\\': \\'f\\'}]'}").variables())
                .as("JSON text")
                .isEqualTo(expected);
        assertThatThrownBy(() -> read("", record + "'f'}")).hasMessageContaining("expected 'functions' to be a list");
        assertThat(read("", record + "[{'name': 'f'}], 'tools': [{'name': 'g'}]}")
                        .variables())
                .isEqualTo(Map.of("tools", List.of(Map.of("name", "g"))));
    }

    @Test
    void variablesOfTheTemplateAreKept() {
        String record = "{'messages': [" + ASK + ", " + ANSWER + "], 'chat_template_kwargs': ";
        Map<String, Object> expected = Map.of("enable_thinking", false, "n", BigInteger.TWO);
        assertThat(read("", record + "{'enable_thinking': false, 'n': 2}}").variables())
                .isEqualTo(expected);
        assertThat(read("", record + "'{\\'enable_thinking\\': false, \\'n\\': 2}'}")
                        .variables())
                .as("JSON text")
                .isEqualTo(expected);
        assertThatThrownBy(() -> read("", record + "[1]}"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("expected 'chat_template_kwargs' to be an object, found [1]");
    }

    @Test
    void otherFieldsAreKept() {
        Message thoughtful = messages(
                        ASK,
                        "{'role': 'assistant', 'reasoning_content': 'R', 'content': 'A', 'name': 'N', 'weight': 0.5}")
                .messages()
                .get(1);
        assertThat(thoughtful)
                .isEqualTo(new Message(
                        Role.ASSISTANT, "A", 0.5f, Map.of("reasoning_content", "R", "content", "A", "name", "N")));
    }

    @Test
    void partsOfAContentAreJoined() {
        Message parts = messages(
                        "{'role': 'user', 'content': [{'type': 'text', 'text': 'a'}, 'b', {'text': 'c'}]}", ANSWER)
                .messages()
                .get(0);
        assertThat(parts.content()).isEqualTo("abc");
        assertThat(parts.fields())
                .isEqualTo(Map.of("content", List.of(Map.of("type", "text", "text", "a"), "b", Map.of("text", "c"))));
        assertRefused("{'role': 'user', 'content': [{'type': 'image'}]}", "message 0", "only text");
        assertRefused("{'role': 'user', 'content': [{'type': 'text'}]}", "only text");
        assertRefused("{'role': 'user', 'content': 3}", "'content' is no text but 3");
        assertRefused("{'role': 'user'}", "'content' is missing, and it calls no tool");
        assertRefused(ASK + ", {'role': 'assistant', 'content': null}", "message 1", "null, and it calls no tool");
        assertRefused(ASK + ", {'role': 'assistant', 'content': null, 'tool_calls': []}", "null, and it calls no tool");
    }

    @ParameterizedTest
    @CsvSource({
        "system, SYSTEM", "developer, SYSTEM", "user, USER", "human, USER", "assistant, ASSISTANT", "model, ASSISTANT",
        "gpt, ASSISTANT", "chatgpt, ASSISTANT", "bing, ASSISTANT", "bard, ASSISTANT", "tool, TOOL", "ipython, TOOL",
        "function, TOOL", "observation, TOOL", "' Model ', ASSISTANT", "GPT, ASSISTANT"
    })
    void rolesHaveManyNames(String name, Role role) {
        String turn = "{'role': '" + name + "', 'content': 'X'}";
        List<Message> messages =
                switch (role) {
                    case SYSTEM -> messages(turn, ASK, ANSWER).messages();
                    case USER -> messages(turn, ANSWER).messages();
                    case ASSISTANT -> messages(ASK, turn).messages();
                    case TOOL -> messages(ASK, turn, ANSWER).messages();
                };
        assertThat(messages)
                .filteredOn(message -> message.content().equals("X"))
                .singleElement()
                .extracting(Message::role)
                .isEqualTo(role);
    }

    @Test
    void otherNamesOfRolesAreSaid() {
        String record = "{'messages': [{'role': 'Kunde', 'content': 'Q'}, {'role': 'berater', 'content': 'A'}]}";
        assertThatThrownBy(() -> read("", record)).hasMessageContainingAll("message 0", "'Kunde'", "role_map");
        assertThat(read("role_map: {kunde: user, Berater: gpt}", record).messages())
                .extracting(Message::role)
                .containsExactly(Role.USER, Role.ASSISTANT);
        assertThatThrownBy(() -> read("role_map: {kunde: customer}", record))
                .hasMessageContainingAll("kunde", "expected system, user, assistant or tool, found 'customer'");
        assertThat(read(
                                "role_map: {user: assistant, assistant: user}",
                                "{'messages': [{'role': 'assistant', 'content': 'Q'}, {'role': 'user', 'content': 'A'}]}")
                        .messages())
                .as("names may change places")
                .extracting(Message::role)
                .containsExactly(Role.USER, Role.ASSISTANT);
    }

    @ParameterizedTest
    @CsvSource({
        "train_on_all, 0 1 1 1 1 1 1",
        "train_on_assistant, 0 0 1 0 0 1 0",
        "train_on_last, 0 0 0 0 0 1 0",
    })
    void masksAreTorchtunes(String strategy, String weights) {
        String record = "{'messages': [{'role': 'system', 'content': 'S'}, " + ASK + ", " + ANSWER + ", " + ASK
                + ", {'role': 'tool', 'content': 'T'}, " + ANSWER + ", " + ASK + "]}";
        assertThat(read("masking_strategy: " + strategy, record).messages().stream()
                        .map(message -> String.valueOf((int) message.weight()))
                        .toList())
                .isEqualTo(List.of(weights.split(" ")));
    }

    @Test
    void aSystemPromptOfTheConfigReplacesTheRecords() {
        String record = "{'messages': [{'role': 'system', 'content': 'S'}, " + ASK + ", " + ANSWER + "]}";
        assertThat(read("new_system_prompt: N, masking_strategy: train_on_all", record)
                        .messages())
                .containsExactly(
                        new Message(Role.SYSTEM, "N", false),
                        new Message(Role.USER, "Q", true),
                        new Message(Role.ASSISTANT, "A", true));
    }

    @Test
    void turnsHaveAnOrder() {
        String system = "{'role': 'system', 'content': 'S'}";
        String tool = "{'role': 'tool', 'content': 'T'}";
        assertThat(messages(system, ASK, ANSWER, ASK, ANSWER, tool, tool, ANSWER, ASK)
                        .messages())
                .hasSize(9);
        assertRefused(ASK + ", " + system + ", " + ANSWER, "message 1 is the system's");
        assertRefused(ASK + ", " + ASK + ", " + ANSWER, "messages 0 and 1 are both the user's");
        assertRefused(ASK + ", " + ANSWER + ", " + ANSWER, "message 2 is the assistant's, but so is the one before");
        assertRefused(ANSWER, "message 0 is the assistant's, but no message of the user is before it");
        assertRefused(system + ", " + ANSWER, "message 1 is the assistant's, but no message of the user is before it");
        assertRefused(system + ", " + ASK, "no message of the assistant");
        assertRefused("", "an empty list");
    }
}
