// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.error.UserException;
import io.tune4j.recipes.testing.Opened;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.toy.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetComponentsTest {
    private static final String ALPACA = """
            [{"instruction": "Add.", "input": "1 2", "output": "3"},
             {"instruction": "Greet.", "input": "", "output": "Hi"}]
            """;

    @TempDir
    Path folder;

    private final ByteTokenizer tokenizer = new ByteTokenizer();

    private Opened open(String component, String file, String content, String options) throws IOException {
        Path path = Files.writeString(folder.resolve(file), content);
        ConfigReader reader = Sections.of("{source: json, data_files: '" + path + "'" + options + "}");
        DatasetProvider provider = provider(component, reader);
        reader.finish();
        reader.problems().throwIfAny();
        return Opened.of(Objects.requireNonNull(provider).open(tokenizer));
    }

    private static DatasetProvider provider(String component, ConfigReader reader) {
        return DatasetComponents.all().stream()
                .filter(factory -> factory.name().equals(component))
                .map(factory -> (DatasetProvider) factory.create(reader, Readers.context()))
                .findFirst()
                .orElseThrow();
    }

    private String text(TokenizedSample sample, boolean trained) {
        int[] ids = new int[sample.tokens().length];
        int size = 0;
        for (int i = 0; i < ids.length; i++) {
            if (sample.isTrained(i) == trained) {
                ids[size++] = sample.tokens()[i];
            }
        }
        return tokenizer.decode(Arrays.copyOf(ids, size));
    }

    @Test
    void alpacaRecordsGetTheirTemplate() throws IOException {
        Opened dataset = open("alpaca_dataset", "train.json", ALPACA, ", train_on_input: False");
        assertThat(dataset.size()).isEqualTo(2);
        assertThat(dataset.describe()).isEqualTo("2 records of train.json");
        assertThat(dataset.get(0).id()).isEqualTo("train.json#0");
        assertThat(text(dataset.get(0), false))
                .startsWith("Below is an instruction that describes a task, paired with an input")
                .endsWith("### Instruction:\nAdd.\n\n### Input:\n1 2\n\n### Response:\n");
        assertThat(text(dataset.get(1), false)).endsWith("### Instruction:\nGreet.\n\n### Response:\n");
        assertThat(text(dataset.get(1), true)).isEqualTo("Hi");
    }

    /** torchtune trains on Alpaca's prompts unless told otherwise. */
    @Test
    void theDefaultsAreTorchtunes() throws IOException {
        assertThat(text(open("alpaca_dataset", "a.json", ALPACA, "").get(1), false))
                .isEmpty();
        Opened pairs =
                open("instruct_dataset", "b.jsonl", "{\"q\": \"Q\", \"output\": \"A\"}\n", ", column_map: {input: q}");
        assertThat(text(pairs.get(0), false)).isEqualTo("Q");
        assertThat(text(pairs.get(0), true)).isEqualTo("A");
    }

    @Test
    void conversationsComeInBothStyles() throws IOException {
        Opened openAi = open(
                "chat_dataset",
                "c.jsonl",
                "{\"messages\": [{\"role\": \"system\", \"content\": \"S\"}, {\"role\": \"user\", \"content\": \"U\"},"
                        + " {\"role\": \"assistant\", \"content\": [{\"type\": \"text\", \"text\": \"A\"}]}]}",
                "");
        assertThat(text(openAi.get(0), false)).isEqualTo("SU");
        assertThat(text(openAi.get(0), true)).isEqualTo("A");
        String turns =
                "[{\"conversations\": [{\"from\": \"human\", \"value\": \"U\"}, {\"from\": \"gpt\", \"value\": \"A\"},"
                        + " {\"from\": \"human\", \"value\": \"V\"}, {\"from\": \"gpt\", \"value\": \"B\"}]}]";
        Opened shareGpt = open("chat_dataset", "d.json", turns, ", conversation_style: sharegpt");
        assertThat(text(shareGpt.get(0), true)).isEqualTo("AB");
        Opened last = open(
                "chat_dataset", "e.json", turns, ", conversation_style: sharegpt, masking_strategy: train_on_last");
        assertThat(text(last.get(0), true)).isEqualTo("B");
    }

    @Test
    void problemsOfGsm8kAreLearnedFromTheirReasoningOn() throws IOException {
        Opened dataset = open(
                "gsm8k_sft",
                "main.jsonl",
                "{\"question\": \"1 + 100 % of 1?\", \"answer\": \"1 + 1 = <<1+1=2>>2\\n#### 2\"}",
                "");
        assertThat(text(dataset.get(0), false))
                .startsWith("A conversation between User and Assistant.")
                .endsWith("<answer>answer here</answer>. User: 1 + 100 % of 1? Assistant: ");
        assertThat(text(dataset.get(0), true)).isEqualTo("<think>1 + 1 = <<1+1=2>>2\n</think> <answer>2</answer>");
        assertRefused("gsm8k_sft", "{\"question\": \"Q\", \"answer\": \"2\"}", "x.json#0", "after one '#### '");
        assertThat(problems("gsm8k_sft", "{data_files: a.json, partition: 0-1/4}"))
                .contains("partition", "split");
    }

    @Test
    void brokenFilesAndRecordsAreNamed() throws IOException {
        assertRefused(
                "alpaca_dataset",
                "{\"instruction\": \"a\", \"output\": \"b\"}\n{\"instruction\"",
                "record 1",
                "line 2");
        assertRefused("alpaca_dataset", "[{\"instruction\": \"a\", \"output\": \"b\"}", "ends within record 1");
        assertRefused("alpaca_dataset", "[{\"instruction\": \"a\", \"output\": \"b\"}] 3", "goes on after its list");
        assertRefused("alpaca_dataset", "[1]", "record 0", "expected an object");
        assertRefused("alpaca_dataset", "[{\"instuction\": \"a\"}]", "x.json#0", "did you mean 'instuction'");
        assertRefused("alpaca_dataset", "[{\"instruction\": {}, \"output\": \"b\"}]", "is no text");
        assertRefused("chat_dataset", "[{\"message\": []}]", "did you mean 'message'", "conversation_column");
        assertRefused(
                "chat_dataset", "[{\"messages\": [{\"role\": \"bot\", \"content\": \"x\"}]}]", "message 0", "'bot'");
        assertRefused(
                "chat_dataset", "[{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}]", "nothing to learn");
        assertRefused(
                "chat_dataset",
                "[{\"messages\": [{\"role\": \"assistant\", \"content\": [{\"type\": \"image\"}]}]}]",
                "only text");
    }

    private void assertRefused(String component, String content, String... parts) {
        assertThatThrownBy(() -> open(component, "x.json", content, ""))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void optionsThatCannotBeMetAreProblems() {
        assertThat(problems("alpaca_dataset", "{source: a/b/c}")).contains("a data set of the hub", "data_files");
        assertThat(problems("instruct_dataset", "{}")).contains("data_files: missing");
        assertThat(problems("chat_dataset", "{data_files: a.json, conversation_style: chatty}"))
                .contains("openai or sharegpt");
        assertThat(problems("alpaca_dataset", "{data_files: a.json, packed: True, max_packs: 0}"))
                .contains("max_packs: expected at least 1");
        assertThat(problems("alpaca_dataset", "{source: json, data_files: {trian: a.json}}"))
                .contains("did you mean 'trian'");
        assertThat(problems("alpaca_dataset", "{data_files: a.json, split: test}"))
                .contains("split");
        ConfigReader reader = Sections.of("{data_files: /no/such.json}");
        DatasetProvider provider = provider("instruct_dataset", reader);
        assertThatThrownBy(() -> provider.open(tokenizer)).hasMessageContaining("there is no data file /no/such.json");
    }

    private static String problems(String component, String options) {
        ConfigReader reader = Sections.of(options);
        provider(component, reader);
        return reader.problems().all().toString();
    }
}
