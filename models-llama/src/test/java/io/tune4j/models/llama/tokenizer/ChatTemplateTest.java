package io.tune4j.models.llama.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not compared with transformers: refusals, dates, and which of several templates is meant. */
class ChatTemplateTest {
    private static final List<Map<String, Object>> TALK =
            List.of(Map.of("role", "user", "content", "Hi"), Map.of("role", "assistant", "content", "Yo"));

    @TempDir
    private Path folder;

    private static String render(String template) {
        return new ChatTemplate(template, "<s>", "</s>").render(TALK, null, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for m in messages %}{{ loop.previtem.role }}{% endfor %}",
                "{% for m in messages %}{{ loop.nextitem.role }}{% endfor %}",
                "{{ messages[::2] }}",
                "{{ no_such_function() }}",
                "{{ messages | no_such_filter }}",
                "{{ 'a' + 1 }}",
                "{{ 'a' + messages[0].missing }}"
            })
    void whatIsNotKnownIsRefusedInsteadOfRenderedInAnotherWay(String template) {
        assertThatThrownBy(() -> render(template))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the model's chat template");
    }

    @Test
    void aDateThatATemplateHasWithoutAClockIsTaken() {
        assertThat(
                        render(
                                "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% else %}26 Jul 2024{% endif %}"))
                .isEqualTo("26 Jul 2024");
        assertThat(render("{{ strftime_now('%d %B %Y') }}")).matches("\\d\\d [A-Z][a-z]{2,8} \\d{4}");
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, 0.1",
        "1e-7, 1e-07",
        "1e16, 1e+16",
        "1e15, 1000000000000000.0",
        "-0.0, -0.0",
        "123.456e10, 1234560000000.0"
    })
    void realsAreWrittenAsPythonWritesThem(double value, String expected) {
        assertThat(PythonText.real(value)).isEqualTo(expected);
    }

    @Test
    void ofSeveralTemplatesTheDefaultOneIsMeant() throws IOException {
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"}, {\"name\": \"default\", \"template\": \"d\"}]}");
        assertThat(TokenizerSettings.read(folder).chatTemplate()).isEqualTo("d");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"}]}");
        assertThat(TokenizerSettings.read(folder).chatTemplate()).isEqualTo("r");
        Files.writeString(folder.resolve("chat_template.jinja"), "file");
        assertThat(TokenizerSettings.read(folder).chatTemplate()).isEqualTo("file");
    }
}
