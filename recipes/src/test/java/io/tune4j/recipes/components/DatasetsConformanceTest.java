// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.components;

import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.testkit.component.DatasetConformance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit on every data set, with records of its kind in a JSON file. */
@ParameterizedClass
@MethodSource("names")
class DatasetsConformanceTest extends DatasetConformance {
    private static final String FILE = "records.json";

    @Parameter
    String name;

    static Stream<String> names() {
        return Bundled.names(DatasetProvider.class);
    }

    /** A record of the data set's kind. */
    private String record(int number, String answer) {
        String question = "What is " + number + " and one?";
        return switch (name) {
            case "alpaca_dataset", "alpaca_cleaned_dataset" ->
                "{\"instruction\": \"" + question + "\", \"input\": \"\", \"output\": \"" + answer + "\"}";
            case "samsum_dataset" -> "{\"dialogue\": \"" + question + "\", \"summary\": \"" + answer + "\"}";
            case "chat_dataset" ->
                "{\"messages\": [{\"role\": \"user\", \"content\": \"" + question
                        + "\"}, {\"role\": \"assistant\", \"content\": \"" + answer + "\"}]}";
            case "slimorca_dataset" ->
                "{\"conversations\": [{\"from\": \"human\", \"value\": \"" + question
                        + "\"}, {\"from\": \"gpt\", \"value\": \"" + answer + "\"}]}";
            case "gsm8k_sft" -> "{\"question\": \"" + question + "\", \"answer\": \"So it is.\\n#### " + answer + "\"}";
            case "text_completion_dataset" -> "{\"text\": \"" + question + " " + answer + "\"}";
            case "wikitext_dataset" -> "{\"page\": \"" + question + " " + answer + "\"}";
            case "cnn_dailymail_articles_dataset" -> "{\"article\": \"" + question + " " + answer + "\"}";
            case "preference_dataset" ->
                "{\"prompt\": \"" + question + "\", \"chosen\": \"" + answer + "\", \"rejected\": \"no\"}";
            case "hh_rlhf_helpful_dataset" ->
                "{\"chosen\": " + exchange(question, answer) + ", \"rejected\": " + exchange(question, "no") + "}";
            case "stack_exchange_paired_dataset" ->
                "{\"question\": \"" + question + "\", \"response_j\": \"" + answer + "\", \"response_k\": \"no\"}";
            default -> "{\"input\": \"" + question + "\", \"output\": \"" + answer + "\"}";
        };
    }

    private static String exchange(String question, String answer) {
        return "[{\"role\": \"user\", \"content\": \"" + question + "\"}, {\"role\": \"assistant\", \"content\": \""
                + answer + "\"}]";
    }

    private void write(Path folder, String answer) throws IOException {
        Files.writeString(
                folder.resolve(FILE),
                "[" + record(1, "two") + ",\n" + record(2, answer) + ",\n" + record(3, "four") + "]");
    }

    @Override
    protected List<Plugin> plugins() {
        return List.of(new RecipesPlugin());
    }

    @Override
    protected String section(Path folder) {
        return "_component_: " + name + "\nsource: json\ndata_files: '" + folder.resolve(FILE) + "'";
    }

    @Override
    protected int samples() {
        // A chosen and a rejected answer of each record.
        return record(1, "two").contains("no\"") ? 6 : 3;
    }

    @Override
    protected void writeFiles(Path folder) throws IOException {
        write(folder, "three");
    }

    @Override
    protected void changeFiles(Path folder) throws IOException {
        write(folder, "three, of course");
    }
}
