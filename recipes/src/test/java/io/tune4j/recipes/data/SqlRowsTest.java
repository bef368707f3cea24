// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A query chooses among records and does not change what they say. */
class SqlRowsTest {
    private static final String LONG_ENOUGH = "SELECT * FROM data WHERE length(output) > 0";

    @TempDir
    Path folder;

    private ReadRecords files;

    @BeforeEach
    void inTheFolder() {
        files = ReadRecords.in(folder);
    }

    @Test
    void textsAreNotTakenForOtherThings() throws IOException {
        for (List<String> outputs : List.of(
                List.of("25-11-2025", "03-04-2024"),
                List.of("BBD05AE7-37C8-4E63-9F6A-0A5C4E1C2D3E", "0F8FAD5B-D9CB-469F-A165-70867728950E"),
                List.of("2024-11-12T20:47:01Z", "2024-01-02 03:04:05.000"),
                List.of("9:05:00", "23:10:00"),
                List.of("007", "0.10", "1e3"),
                List.of("true", "null", "[1, 2]", "{}"))) {
            StringBuilder lines = new StringBuilder();
            outputs.forEach(output -> lines.append("{\"output\": \"" + output + "\"}\n"));
            Path file = files.write("a.jsonl", lines.toString());
            assertThat(files.texts(file, "output", ReadRecords.ALL)).isEqualTo(outputs);
            assertThat(files.texts(file, "output", LONG_ENOUGH)).isEqualTo(outputs);
        }
    }

    @Test
    void numbersAreTextsAsTheyAreWritten() throws IOException {
        Path file = files.write(
                "a.jsonl",
                "{\"output\": 12345678901234567890123, \"score\": 10}\n{\"output\": 0.00001, \"score\": 9.50}\n{\"output\": true}");
        assertThat(files.texts(file, "output", LONG_ENOUGH))
                .containsExactly("12345678901234567890123", "0.00001", "true");
        assertThat(files.texts(
                        file,
                        "score",
                        "SELECT score FROM data WHERE CAST(score AS DOUBLE) > 9.25"
                                + " ORDER BY CAST(score AS DOUBLE)"))
                .containsExactly("9.50", "10");
        assertThatThrownBy(() -> files.of(List.of(file), "SELECT * FROM data WHERE score > 9"))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("dataset.query", "CAST(score AS DOUBLE)");
    }

    @Test
    void numbersAreNotSortedByTheirLetters() throws IOException {
        Path file = files.write("a.jsonl", "{\"output\": \"b\", \"n\": 10}\n{\"output\": \"a\", \"n\": 9}\n");
        for (String query : List.of(
                "SELECT * FROM data ORDER BY n",
                "SELECT * FROM data ORDER BY output, data.\"n\" DESC LIMIT 1",
                "SELECT max(n) AS n FROM data")) {
            assertThatThrownBy(() -> files.of(List.of(file), query))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("CAST(n AS DOUBLE)");
        }
        for (String query : List.of(
                "SELECT n, output FROM data ORDER BY CAST(n AS DOUBLE)",
                "SELECT n, output FROM data ORDER BY n::INTEGER",
                "SELECT n, output FROM data ORDER BY output")) {
            assertThat(files.texts(file, "n", query)).as(query).containsExactly("9", "10");
        }
    }

    @Test
    void messagesComeBackAsTheyAre() throws IOException {
        String chats = "{\"messages\":[{\"role\":\"user\",\"content\":\"When?\",\"weight\":0.50},"
                + "{\"content\":\"25-11-2025\",\"role\":\"assistant\",\"tool_calls\":[{\"b\":1e5,\"a\":null}]}]}\n"
                + "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"\\u0000\"}]}]}\n";
        assertThat(files.of("a.jsonl", chats, ReadRecords.ALL))
                .isEqualTo(chats.lines().toList());
        assertThat(files.texts(
                        folder.resolve("a.jsonl"),
                        "answer",
                        "SELECT messages->1->>'content' AS answer FROM data WHERE json_array_length(messages) = 2"))
                .containsExactly("25-11-2025");
        assertThat(
                        files.of(
                                List.of(folder.resolve("a.jsonl")),
                                "SELECT [{'role': 'user', 'content': 'x'}] AS messages, 1.10 AS n, 7 AS m, true AS b FROM data LIMIT 1"))
                .containsExactly(
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"n\":1.10,\"m\":7,\"b\":true}");
    }

    @Test
    void fieldsMayDifferFromRecordToRecord() throws IOException {
        Path a = files.write("a.jsonl", "{\"input\": \"x\"}\n{\"output\": [\"y\"]}\n");
        Path b = files.write("b.csv", "output,extra\nz,1\n");
        assertThat(files.of(List.of(a, b), ReadRecords.ALL))
                .containsExactly(
                        "{\"input\":\"x\",\"output\":null,\"extra\":null}",
                        "{\"input\":null,\"output\":[\"y\"],\"extra\":null}",
                        "{\"input\":null,\"output\":\"z\",\"extra\":\"1\"}");
    }

    @Test
    void linesOfTextsAreTheSameRecords() throws IOException {
        assertThat(files.of("a.txt", "first\n\nthird\r\n", ReadRecords.ALL))
                .isEqualTo(files.of("a.txt", "first\n\nthird\r\n", null))
                .containsExactly("{\"text\":\"first\"}", "{\"text\":\"third\"}");
    }

    @Test
    void manyRowsStayInOrder() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            lines.append("{\"output\": ").append(i).append("}\n");
        }
        Path file = files.write("a.jsonl", lines.toString());
        assertThat(files.texts(file, "output", LONG_ENOUGH)).isEqualTo(files.texts(file, "output", null));
        assertThat(files.texts(file, "n", "SELECT count(*) AS n FROM data a JOIN data b USING (output)"))
                .containsExactly("10000");
    }

    @Test
    void whatSqlCannotTakeIsRefused() throws IOException {
        assertThatThrownBy(() -> files.of("a.jsonl", "{\"Text\": \"x\", \"text\": \"y\"}", ReadRecords.ALL))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("'Text'", "'text'", "case");
        assertThatThrownBy(() -> files.of("b.jsonl", "{\"output\": \"x\"}", "SELECT *, 'y' AS output FROM data"))
                .hasMessageContainingAll("'output' twice", "REPLACE");
        assertThatThrownBy(() -> files.of("c.jsonl", "{\"output\": \"x\"}\n{\"output\": }", ReadRecords.ALL))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("c.jsonl", "record 1", "line 2");
        assertThatThrownBy(() -> files.of("d.jsonl", "{\"output\": \"\\ud83d\"}", ReadRecords.ALL))
                .hasMessageContaining("surrogate");
        assertThatThrownBy(() -> files.of("e.jsonl", "", ReadRecords.ALL)).hasMessageContaining("no records");
    }
}
