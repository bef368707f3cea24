// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.app.distribution.Tune.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data in every way, in the distribution: its libraries live in plugins' layers, where they find less than on a class path. */
class DataDistributionTest {
    private static final Path MODEL = Tune.HOME.resolve("configs/quickstart/model");
    private static final String TEMPLATE =
            "{%- for message in messages %}{{ message.role + ': ' + message.content | trim + eos_token }}{% endfor %}"
                    + "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";

    @TempDir
    private Path folder;

    private String end = "";

    @BeforeEach
    void tokenizerWithATemplate() throws IOException {
        Files.copy(MODEL.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        String config = Files.readString(MODEL.resolve("tokenizer_config.json"));
        end = config.replaceAll("(?s).*\"eos_token\"\\s*:\\s*\"([^\"]+)\".*", "$1");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"eos_token\": \"" + end + "\", \"pad_token\": \"" + end + "\", \"chat_template\": \""
                        + TEMPLATE.replace("\"", "\\\"") + "\"}");
    }

    private Result data(String... overrides) throws IOException, InterruptedException {
        String[] arguments = new String[overrides.length + 4];
        arguments[0] = "data";
        arguments[1] = "--config";
        arguments[2] = "quickstart";
        arguments[3] = "tokenizer.path=" + folder.resolve("tokenizer.json");
        System.arraycopy(overrides, 0, arguments, 4, overrides.length);
        return Tune.run(folder, arguments);
    }

    @Test
    void aChatTemplateAndACsvFile() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("a.csv"), "input,output\nHi,\" Yo, there\"\n");
        Result shown = data(
                "tokenizer.chat_format=template",
                "dataset._component_=instruct_dataset",
                "dataset.source=csv",
                "dataset.data_files=" + folder.resolve("a.csv"));
        assertThat(shown.exitCode()).as(shown.output()).isZero();
        assertThat(shown.output())
                .contains("1 records of a.csv", "--- a.csv#0")
                .contains("user: Hi<|end_of_text|>assistant:\u27E6 Yo, there<|end_of_text|>\u27E7")
                .contains("pad_token is the eos_token")
                .doesNotContain("WARNING:");
    }

    @Test
    void trapsAreNamed() throws IOException, InterruptedException {
        Files.writeString(
                folder.resolve("a.jsonl"),
                "{\"input\": \"Hi\", \"output\": \"\"}\n{\"input\": \"Hi\", \"output\": \"a b c d e f g h i j\"}\n{}\n");
        Result shown = data(
                "dataset._component_=instruct_dataset",
                "dataset.source=json",
                "dataset.data_files=" + folder.resolve("a.jsonl"),
                "dataset.on_bad_record=skip",
                "tokenizer.max_seq_len=6");
        assertThat(shown.exitCode()).as(shown.output()).isEqualTo(3);
        assertThat(shown.output())
                .contains(
                        "not usable       1",
                        "a.jsonl#2 has no field 'input'",
                        "max_seq_len=6",
                        "cut off",
                        "no token to learn");
    }

    @Test
    void wrongInputsAreToldWithoutATrace() throws IOException, InterruptedException {
        assertRefused(data("dataset.split=train[5"), 2, "expected a split's name, or a slice");
        assertRefused(data("tokenizer.prompt_template=ChatMLTemplat"), 2, "did you mean 'ChatMLTemplate'");
        assertRefused(data("tokenizer.prompt_template.narrator=[a,b]"), 2, "is no role");
        assertRefused(data("dataset.query=SELECT wrong FROM data"), 3, "dataset.query", "wrong");
    }

    private static void assertRefused(Result result, int code, String... parts) {
        assertThat(result.exitCode()).as(result.output()).isEqualTo(code);
        assertThat(result.output()).contains(parts).doesNotContain("\tat ");
    }
}
