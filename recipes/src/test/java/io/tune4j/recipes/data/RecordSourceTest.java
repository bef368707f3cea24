// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.error.DataException;
import io.tune4j.engine.inject.MixedDataset;
import io.tune4j.recipes.testing.Opened;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.toy.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records from every kind of file, by slices and by queries, and what does not fit. */
class RecordSourceTest {
    @TempDir
    Path folder;

    private final ByteTokenizer tokenizer = new ByteTokenizer();

    private Opened open(String component, String options) {
        return Opened.of(dataset(component, options));
    }

    private Dataset dataset(String component, String options) {
        ConfigReader reader = Sections.of("{" + options.replace("FOLDER", folder.toString()) + "}");
        DatasetProvider provider = DatasetComponents.all().stream()
                .filter(factory -> factory.name().equals(component))
                .map(factory -> (DatasetProvider) factory.create(reader, Readers.context()))
                .findFirst()
                .orElseThrow();
        reader.finish();
        reader.problems().throwIfAny();
        return Objects.requireNonNull(provider).open(tokenizer);
    }

    private String text(Opened dataset, int index) {
        return tokenizer.decode(dataset.get(index).tokens());
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
                Statement made = connection.createStatement()) {
            made.execute(statement.replace("FOLDER", folder.toString()));
        }
    }

    @Test
    void csvAndParquetAndTextAreRead() throws IOException, SQLException {
        Files.writeString(folder.resolve("a.csv"), "input,output\n\"one, \"\"two\"\"\nthree\",007\nx,y\n");
        Opened csv = open("instruct_dataset", "source: csv, data_files: FOLDER/a.csv");
        assertThat(csv.describe()).isEqualTo("2 records of a.csv");
        assertThat(text(csv, 0)).as("quoted, and not taken for a number").isEqualTo("one, \"two\"\nthree007");
        assertThat(csv.get(1).id()).isEqualTo("a.csv#1");

        sql(
                "COPY (SELECT [{'role': 'user', 'content': 'q' || i}, {'role': 'assistant', 'content': 'a' || i}] AS messages"
                        + " FROM range(300) t(i)) TO 'FOLDER/b.parquet'");
        Opened parquet = open("chat_dataset", "source: parquet, data_files: FOLDER/b.parquet");
        assertThat(parquet.size()).isEqualTo(300);
        assertThat(text(parquet, 299)).isEqualTo("q299a299");

        Files.writeString(folder.resolve("c.txt"), "first line\n\nthird line\n");
        Opened lines = open("text_completion_dataset", "source: text, data_files: FOLDER/c.txt, add_eos: False");
        assertThat(lines.size()).isEqualTo(2);
        assertThat(lines.get(1).id()).isEqualTo("c.txt#2");
        assertThat(text(lines, 1)).isEqualTo("third line");
        assertThat(lines.get(1).weights()).containsOnly(1f);
    }

    @Test
    void aQuerySelectsFromFiles() throws IOException {
        Files.writeString(folder.resolve("a.csv"), "q,n,topic\nlong question,5,x\nshort,1,x\nother,9,y\n");
        Opened filtered = open(
                "instruct_dataset",
                "data_files: FOLDER/a.csv, query: \"SELECT q AS input, n AS output FROM data WHERE topic = 'x' ORDER BY n\"");
        assertThat(filtered.size()).isEqualTo(2);
        assertThat(text(filtered, 0)).isEqualTo("short1");
        Opened own = open(
                "instruct_dataset", "query: \"SELECT q AS input, n AS output FROM read_csv('FOLDER/a.csv') LIMIT 1\"");
        assertThat(text(own, 0)).isEqualTo("long question5");
        assertThatThrownBy(() -> open("instruct_dataset", "data_files: FOLDER/a.csv, query: SELECT nothing FROM data"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("dataset.query")
                .hasMessageContaining("nothing");
        assertThatThrownBy(() -> open("instruct_dataset", "data_files: FOLDER/a.csv, query: DROP TABLE data"))
                .hasMessageContaining("SELECT * FROM data");
    }

    @Test
    void slicesAreAsInHuggingFacesDatasets() throws IOException {
        StringBuilder records = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            records.append("{\"input\": \"").append(i).append("\", \"output\": \"\"}\n");
        }
        Files.writeString(folder.resolve("a.jsonl"), records);
        assertSlice("train[:5%]", 2, "0");
        assertSlice("train[10:12]", 2, "10");
        assertSlice("train[-10%:]", 4, "36");
        assertSlice("train[50%:]", 20, "20");
        assertSlice("train[-3:-1]", 2, "37");
        assertSlice("train[:1000]", 40, "0");
        assertThatThrownBy(() -> open("instruct_dataset", "data_files: FOLDER/a.jsonl, split: 'train[:200%]'"))
                .hasMessageContaining("train[:5%]");
        assertThatThrownBy(() -> open("instruct_dataset", "data_files: FOLDER/a.jsonl, split: 'train[:5]+train[9:]'"))
                .hasMessageContaining("list of data sets");
    }

    private void assertSlice(String split, int size, String first) {
        Opened dataset = open("instruct_dataset", "data_files: FOLDER/a.jsonl, split: '" + split + "'");
        assertThat(dataset.size()).as(split).isEqualTo(size);
        assertThat(text(dataset, 0)).isEqualTo(first);
        assertThat(dataset.get(0).id()).isEqualTo("a.jsonl#" + first);
    }

    @Test
    void aGlobIsAllFilesOfThatKindInOrder() throws IOException {
        Files.createDirectories(folder.resolve("deep"));
        for (String name : List.of("part-2.jsonl", "part-1.jsonl", "deep/part-3.jsonl", "other.txt")) {
            Files.writeString(folder.resolve(name), "{\"input\": \"" + name + "\", \"output\": \"\"}\n");
        }
        assertThat(open("instruct_dataset", "data_files: 'FOLDER/*.jsonl'").describe())
                .isEqualTo("2 records of part-1.jsonl, part-2.jsonl");
        assertThat(open("instruct_dataset", "data_files: 'FOLDER/**.jsonl'").size())
                .isEqualTo(3);
        assertThatThrownBy(() -> open("instruct_dataset", "data_files: 'FOLDER/*.csv'"))
                .hasMessageContaining("no file is like");
    }

    @Test
    void recordsThatDoNotFitStopTheRunOrAreSkipped() throws IOException {
        Files.writeString(
                folder.resolve("a.jsonl"),
                "{\"input\": \"a\", \"output\": \"b\"}\n{\"input\": \"c\"}\n{\"input\": \"d\", \"output\": {}}\n"
                        + "{\"input\": \"e\", \"output\": \"f\"}\n");
        assertThatThrownBy(() -> open("instruct_dataset", "data_files: FOLDER/a.jsonl"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.jsonl#1 has no field 'output'");
        Opened skipping = open("instruct_dataset", "data_files: FOLDER/a.jsonl, on_bad_record: skip");
        assertThat(skipping.size()).isEqualTo(2);
        assertThat(skipping.skipped()).hasSize(2).first().asString().contains("a.jsonl#1");
        assertThatThrownBy(() -> open("instruct_dataset", "data_files: FOLDER/a.jsonl, on_bad_record: ignore"))
                .hasMessageContaining("fail, skip");
    }

    @Test
    void brokenTablesAreNamed() throws IOException {
        Files.writeString(folder.resolve("a.parquet"), "no parquet");
        assertThatThrownBy(() -> open("instruct_dataset", "data_files: FOLDER/a.parquet"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(folder.resolve("a.parquet").toString())
                .hasMessageContaining("cannot be read");
    }

    @Test
    void aMessagesWeightSaysWhetherItIsLearned() throws IOException {
        String record =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"U\"}, {\"role\": \"assistant\", \"content\": \"A\","
                        + " \"weight\": 0}, {\"role\": \"user\", \"content\": \"V\"}, {\"role\": \"assistant\", \"content\": \"B\","
                        + " \"weight\": 1}]}\n";
        Files.writeString(folder.resolve("a.jsonl"), record);
        Opened dataset = open("chat_dataset", "data_files: FOLDER/a.jsonl");
        assertThat(dataset.get(0).trainedTokens()).as("B and the end").isEqualTo(2);
        Files.writeString(folder.resolve("half.jsonl"), record.replace("\"weight\": 0", "\"weight\": 0.5"));
        float[] weights =
                open("chat_dataset", "data_files: FOLDER/half.jsonl").get(0).weights();
        assertThat(weights).containsExactly(0, 0, 0.5f, 0, 1, 1);
        Files.writeString(folder.resolve("b.jsonl"), record.replace("\"weight\": 1", "\"weight\": -0.5"));
        assertThatThrownBy(() -> open("chat_dataset", "data_files: FOLDER/b.jsonl"))
                .hasMessageContaining("message 3")
                .hasMessageContaining("weight");
    }

    @Test
    void dataSetsAreMixedByWeight() throws IOException {
        Files.writeString(folder.resolve("a.jsonl"), "{\"input\": \"a\", \"output\": \"1\"}\n".repeat(4));
        Files.writeString(folder.resolve("b.jsonl"), "{\"input\": \"b\", \"output\": \"2\"}\n".repeat(2));
        Dataset a = dataset("instruct_dataset", "data_files: FOLDER/a.jsonl");
        Dataset b = dataset("instruct_dataset", "data_files: FOLDER/b.jsonl");
        Opened mixed = Opened.of(MixedDataset.of(
                        List.of(new MixedDataset.Part(ignored -> a, 0.5), new MixedDataset.Part(ignored -> b, 3)))
                .open(tokenizer));
        assertThat(mixed.size()).isEqualTo(8);
        assertThat(mixed.describe()).isEqualTo("8 records of a.jsonl x 0.5 + records of b.jsonl x 3.0");
        assertThat(mixed.get(1).id()).isEqualTo("a.jsonl#2");
        assertThat(mixed.get(7).id()).isEqualTo("b.jsonl#1");
    }
}
