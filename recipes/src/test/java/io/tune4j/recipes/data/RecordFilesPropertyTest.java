// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever texts records have, they come back from files of each kind, with and without a query. */
class RecordFilesPropertyTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static Path folder;

    @BeforeContainer
    static void makeFolder() throws IOException {
        folder = Files.createTempDirectory("records");
    }

    @AfterContainer
    static void removeFolder() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Property(tries = 60)
    void textsComeBack(
            @ForAll @Size(min = 1, max = 5)
                    List<
                                    @StringLength(max = 8)
                                    @Chars({
                                        'a', '"', '\'', ',', ';', '\n', '\r', '\t', '\\', '#', '0', '.', '{', '\u00e9',
                                        '\u0000', '\u4e2d'
                                    })
                                    String>
                            texts)
            throws IOException {
        ReadRecords files = ReadRecords.in(folder);
        List<String> expected = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        StringWriter rows = new StringWriter();
        ArrayNode list = JSON.createArrayNode();
        try (CsvWriter csv = CsvWriter.builder().build(rows)) {
            csv.writeRecord("input", "output");
            for (String text : texts) {
                ObjectNode record = JSON.createObjectNode().put("input", text).put("output", text + "x");
                expected.add(record.toString());
                lines.append(record).append('\n');
                list.add(record);
                csv.writeRecord(text, text + "x");
            }
        }
        for (String query : new String[] {null, ReadRecords.ALL}) {
            assertThat(files.of("a.jsonl", lines.toString(), query)).isEqualTo(expected);
            assertThat(files.of("a.json", list.toPrettyString(), query)).isEqualTo(expected);
            assertThat(files.of("a.csv", rows.toString(), query)).isEqualTo(expected);
        }
        ObjectNode nested = JSON.createObjectNode().set("messages", list);
        assertThat(files.of("b.jsonl", nested.toString(), ReadRecords.ALL)).containsExactly(nested.toString());
    }
}
