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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The common shapes of records with two answers, and what is wrong in them. */
class PreferenceFormatTest {
    /** Both conversations; single quotes stand for double ones. */
    private static List<Conversation> read(String options, String record) {
        ConfigReader reader = Sections.of("{" + options + "}");
        RecordFormat format = PreferenceFormat.read(reader, Map.of());
        reader.finish();
        reader.problems().throwIfAny();
        List<Conversation> given = new ArrayList<>();
        Tokenizer tokenizer = (Tokenizer) Proxy.newProxyInstance(
                Tokenizer.class.getClassLoader(), new Class<?>[] {Tokenizer.class}, (proxy, method, arguments) -> {
                    given.add((Conversation) arguments[1]);
                    return new TokenizedSample("x#0", new int[] {given.size()}, new float[1]);
                });
        try {
            format.read(new JsonTree().read(record.replace('\'', '"')), "x#0").samples(tokenizer, "x#0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return given;
    }

    private static Message user(String text) {
        return new Message(Role.USER, text, false);
    }

    private static Message assistant(String text) {
        return new Message(Role.ASSISTANT, text, true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'prompt': 'Q', 'chosen': 'A', 'rejected': 'B'}",
                "{'prompt': [{'role': 'user', 'content': 'Q'}], 'chosen': 'A', 'rejected': 'B'}",
                "{'prompt': [{'role': 'user', 'content': 'Q'}], 'chosen': [{'role': 'assistant', 'content': 'A'}],"
                        + " 'rejected': [{'role': 'assistant', 'content': 'B'}]}",
                "{'prompt': 'Q', 'chosen': [{'role': 'user', 'content': 'Q'}, {'role': 'assistant', 'content': 'A'}],"
                        + " 'rejected': [{'role': 'user', 'content': 'Q'}, {'role': 'assistant', 'content': 'B'}]}",
                "{'chosen': [{'role': 'user', 'content': 'Q'}, {'role': 'assistant', 'content': 'A'}],"
                        + " 'rejected': [{'role': 'user', 'content': 'Q'}, {'role': 'assistant', 'content': 'B'}]}",
                "{'prompt': [{'from': 'human', 'value': 'Q'}], 'chosen': {'from': 'gpt', 'value': 'A'},"
                        + " 'rejected': {'from': 'gpt', 'value': 'B'}}"
            })
    void theCommonShapesAreRead(String record) {
        List<Conversation> read = read("", record);
        assertThat(read).hasSize(2);
        assertThat(texts(read.get(0))).containsExactly("USER Q 0.0", "ASSISTANT A 1.0");
        assertThat(texts(read.get(1))).containsExactly("USER Q 0.0", "ASSISTANT B 1.0");
    }

    private static List<String> texts(Conversation conversation) {
        return conversation.messages().stream()
                .map(message -> message.role() + " " + message.content() + " " + message.weight())
                .toList();
    }

    @Test
    void otherNamesAndOptionsAreHeeded() {
        List<Conversation> read = read(
                "column_map: {prompt: q, chosen: j, rejected: k}, train_on_input: True, new_system_prompt: S",
                "{'q': 'Q', 'j': 'A', 'k': 'B'}");
        assertThat(texts(read.get(0))).containsExactly("SYSTEM S 0.0", "USER Q 1.0", "ASSISTANT A 1.0");
    }

    @Test
    void textsAloneHaveNoFields() {
        assertThat(read("", "{'prompt': 'Q', 'chosen': 'A', 'rejected': 'B'}"))
                .isEqualTo(List.of(
                        Conversation.of(List.of(user("Q"), assistant("A"))),
                        Conversation.of(List.of(user("Q"), assistant("B")))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "{'prompt': 'Q', 'chosen': 'A'}; no field 'rejected'",
                "{'prompt': 'Q', 'rejected': 'A'}; no field 'chosen'",
                "{'chosen': 'A', 'rejected': 'B'}; no field 'prompt'",
                "{'prompt': 'Q', 'chosen': 'A', 'rejected': null}; 'rejected' is null",
                "{'prompt': 'Q', 'chosen': 'A', 'rejected': 'A'}; are equal",
                "{'chosen': [{'role': 'user', 'content': 'Q'}, {'role': 'assistant', 'content': 'A'}], 'rejected': [{'role': 'user', 'content': 'P'}, {'role': 'assistant', 'content': 'B'}]}; different prompts",
                "{'prompt': 'P', 'chosen': [{'role': 'user', 'content': 'Q'}, {'role': 'assistant', 'content': 'A'}], 'rejected': 'B'}; are both the user's",
                "{'chosen': [{'role': 'user', 'content': 'Q'}], 'rejected': [{'role': 'user', 'content': 'Q'}]}; does not end with a message of the assistant",
                "{'chosen': [{'role': 'assistant', 'content': 'A'}], 'rejected': [{'role': 'assistant', 'content': 'B'}]}; there is no prompt",
                "{'prompt': 'Q', 'chosen': [], 'rejected': 'B'}; does not end with a message of the assistant"
            })
    void recordsThatDoNotFitAreRefused(String record, String words) {
        assertThatThrownBy(() -> read("", record))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("x#0", words);
    }
}
