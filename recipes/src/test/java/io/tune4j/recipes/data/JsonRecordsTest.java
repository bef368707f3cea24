// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import com.github.luben.zstd.Zstd;
import io.tune4j.api.error.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JSON is read as it is written, whatever program wrote it, and what is refused is refused in words. */
class JsonRecordsTest {
    @TempDir
    Path folder;

    private ReadRecords files;

    @BeforeEach
    void inTheFolder() {
        files = ReadRecords.in(folder);
    }

    private void assertRefused(String name, String content, String... words) {
        assertThatThrownBy(() -> files.of(name, content, null))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(folder.resolve(name).toString())
                .hasMessageContainingAll(words);
    }

    @Test
    void numbersKeepTheirSpelling() throws IOException {
        List<String> numbers = List.of(
                "0.00001",
                "1e3",
                "1.10",
                "12345678901234567890",
                "0.1234567890123456789",
                "1E400",
                "100000000.5",
                "-0.0",
                "7",
                "1".repeat(2000));
        StringBuilder lines = new StringBuilder();
        numbers.forEach(
                number -> lines.append("{\"output\": " + number + ", \"nested\": [{\"weight\": " + number + "}]}\n"));
        Path file = files.write("a.jsonl", lines.toString());
        assertThat(files.texts(file, "output", null)).isEqualTo(numbers);
        assertThat(files.of(List.of(file), null))
                .isEqualTo(numbers.stream()
                        .map(number -> "{\"output\":" + number + ",\"nested\":[{\"weight\":" + number + "}]}")
                        .toList());
    }

    @Test
    void aNumberIsStillANumber() {
        WrittenNumber half = new WrittenNumber("0.50", false);
        assertThat(half.isNumber()).isTrue();
        assertThat(half.floatValue()).isEqualTo(0.5f);
        assertThat(half.numberValue()).isEqualTo(0.5);
        assertThat(half.canConvertToInt()).isTrue();
        assertThat(new WrittenNumber("1e400", false).canConvertToLong()).isFalse();
        WrittenNumber seven = new WrittenNumber("7", true);
        assertThat(seven.numberValue()).isEqualTo(7);
        assertThat(seven.isInt()).isTrue();
        assertThat(new WrittenNumber("12345678901", true).numberValue()).isEqualTo(12345678901L);
        assertThat(new WrittenNumber("12345678901234567890", true).isBigInteger())
                .isTrue();
    }

    @Test
    void aByteOrderMarkIsNoContent() throws IOException {
        assertThat(files.of("a.jsonl", "\ufeff{\"a\": \"b\"}\r\n\r\n{\"a\": \"c\"}\r\n", null))
                .containsExactly("{\"a\":\"b\"}", "{\"a\":\"c\"}");
        assertThat(files.of("a.json", "\ufeff[{\"a\": \"b\"}]", null)).containsExactly("{\"a\":\"b\"}");
    }

    @Test
    void whatIsNoNumberIsNull() throws IOException {
        assertThat(files.of("a.jsonl", "{\"a\": NaN}", null)).containsExactly("{\"a\":null}");
        assertRefused("b.jsonl", "{\"a\": 1}\n{\"a\": -Infinity}", "record 1 (line 2)", "-Infinity");
    }

    @Test
    void packedFilesAreRead() throws IOException {
        byte[] plain = "{\"a\": \"b\"}\n".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }
        Path gzip = files.write("a.jsonl.gz", packed.toByteArray());
        assertThat(files.of(List.of(gzip), null)).containsExactly("{\"a\":\"b\"}");
        assertThat(files.of(List.of(gzip), ReadRecords.ALL)).containsExactly("{\"a\":\"b\"}");
        Path zstd = files.write("a.json.zst", Zstd.compress(plain));
        assertThat(files.of(List.of(zstd), null)).containsExactly("{\"a\":\"b\"}");
        Path cut = files.write("b.jsonl.gz", Arrays.copyOf(packed.toByteArray(), packed.size() - 9));
        assertThatThrownBy(() -> files.of(List.of(cut), null))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("b.jsonl.gz", "cut off");
        assertRefused("c.jsonl", "PK\003\004", "zip", "unpack it first");
    }

    @Test
    void otherEncodingsAreNamed() throws IOException {
        Path wide = files.write("a.jsonl", "{\"a\": \"b\"}".getBytes(StandardCharsets.UTF_16));
        assertThatThrownBy(() -> files.of(List.of(wide), null))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(wide.toString(), "UTF-16", "iconv", "encoding: utf-16");
        Path unmarked = files.write("b.jsonl", "{\"a\": \"b\"}".getBytes(StandardCharsets.UTF_16LE));
        assertThatThrownBy(() -> files.of(List.of(unmarked), null)).hasMessageContaining("UTF-16LE");
        Path latin = files.write("c.jsonl", "{\"a\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> files.of(List.of(latin), null))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(latin.toString(), "Windows-1252", "encoding: windows-1252");
        ReadRecords decoded = new ReadRecords(
                folder, new FileOptions(FileKind.JSON, StandardCharsets.ISO_8859_1, CsvDialect.usual(), null));
        assertThat(decoded.of(List.of(latin), null)).containsExactly("{\"a\":\"caf\u00e9\"}");
    }

    @Test
    void whatIsTooMuchIsSaid() throws IOException {
        assertRefused("a.jsonl", "{\"a\": " + "[".repeat(1500) + "]".repeat(1500) + "}", "record 0", "depth", "1000");
        assertRefused("b.jsonl", "{\"a\": 1}\n{\"a\": " + "1".repeat(200_000) + "}", "record 1", "length", "100000");
        String long21 = "x".repeat(21_000_000);
        Path file = files.write("c.jsonl", "{\"a\": \"" + long21 + "\"}");
        assertThat(files.texts(file, "a", null)).containsExactly(long21);
        assertThat(files.texts(file, "a", ReadRecords.ALL)).containsExactly(long21);
    }

    @Test
    void textsThatNoTokenizerTakesAreRefused() {
        TextNode text = TextNode.valueOf("x".repeat(10_000_001));
        assertThatThrownBy(
                        () -> Fields.text(JsonNodeFactory.instance.objectNode().set("a", text), "a", "x#0"))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("x#0", "'a'", "10,000,001", "10,000,000");
    }

    @Test
    void twoFieldsOfOneNameAreRefused() {
        assertRefused(
                "a.jsonl", "{\"a\": \"b\"}\n{\"a\": \"b\", \"a\": \"c\"}", "record 1 (line 2)", "'a' is there twice");
    }

    @Test
    void theListMayLieInAField() throws IOException {
        String wrapped = "{\"version\": {\"data\": [1]}, \"data\": [{\"a\": \"b\"}, {\"a\": \"c\"}], \"end\": 1}";
        ReadRecords within = new ReadRecords(folder, new FileOptions(FileKind.JSON, null, CsvDialect.usual(), "data"));
        assertThat(within.of("a.json", wrapped, null)).containsExactly("{\"a\":\"b\"}", "{\"a\":\"c\"}");
        assertThat(within.of("a.json", wrapped, ReadRecords.ALL)).containsExactly("{\"a\":\"b\"}", "{\"a\":\"c\"}");
        assertThatThrownBy(() -> within.of("b.json", "{\"date\": []}", null))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("no list 'data'", "did you mean 'date'");
        assertThatThrownBy(() -> Fields.text(
                        new JsonTree().read(wrapped), "a", "a.json#0", "column_map says which field is meant"))
                .hasMessageContainingAll("has no field 'a'", "field: data");
    }

    @Test
    void nullIsNotMissing() {
        assertThatThrownBy(() -> Fields.text(new JsonTree().read("{\"a\": null}"), "a", "x#0"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("field 'a' is null")
                .message()
                .doesNotContain("did you mean");
    }
}
