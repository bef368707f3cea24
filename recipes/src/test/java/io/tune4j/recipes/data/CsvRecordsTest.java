// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.DataException;
import io.tune4j.testkit.config.Sections;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A csv is read by RFC 4180 or in the dialect that is set. Nothing is guessed from what is in it. */
class CsvRecordsTest {
    @TempDir
    Path folder;

    private ReadRecords files;

    @BeforeEach
    void inTheFolder() {
        files = ReadRecords.in(folder);
    }

    private ReadRecords written(String options) {
        ConfigReader reader = Sections.of("{" + options + "}");
        FileOptions read = FileOptions.read(reader);
        reader.problems().throwIfAny();
        return new ReadRecords(folder, read);
    }

    /** With and without a query. */
    private void assertRead(String name, String content, String... records) throws IOException {
        assertThat(files.of(name, content, null)).as(name).containsExactly(records);
        assertThat(files.of(name, content, ReadRecords.ALL))
                .as(name + ", by a query")
                .containsExactly(records);
    }

    @Test
    void contentStaysContent() throws IOException {
        assertRead(
                "hash.csv",
                "input,output\n# Title one,first\nwhat is C#?,another # one\n",
                "{\"input\":\"# Title one\",\"output\":\"first\"}",
                "{\"input\":\"what is C#?\",\"output\":\"another # one\"}");
        assertRead("apostrophes.csv", "input,output\n'quoted','x'\n", "{\"input\":\"'quoted'\",\"output\":\"'x'\"}");
        assertRead(
                "null.csv",
                "input,output\nnothing?,NULL\nNA,null\nempty?,\"\"\n",
                "{\"input\":\"nothing?\",\"output\":\"NULL\"}",
                "{\"input\":\"NA\",\"output\":\"null\"}",
                "{\"input\":\"empty?\",\"output\":\"\"}");
        assertRead("semi.csv", "input,output\nList a; b,a|b\n", "{\"input\":\"List a; b\",\"output\":\"a|b\"}");
        assertRead(
                "bom.csv",
                "\ufeffinput,output\r\n\"two\r\nlines\",x\r\n\r\nb,y\r\n",
                "{\"input\":\"two\\r\\nlines\",\"output\":\"x\"}",
                "{\"input\":\"b\",\"output\":\"y\"}");
        assertRead(
                "inner.csv",
                "input,output\nsize 5\" screen,ok\n",
                "{\"input\":\"size 5\\\" screen\",\"output\":\"ok\"}");
        assertRead(
                "doubled.csv",
                "input,output\n\"a,\"\"b\"\"\",\"\"\"\"\n",
                "{\"input\":\"a,\\\"b\\\"\",\"output\":\"\\\"\"}");
        assertRead("spaces.csv", "input, output\n a , b \n", "{\"input\":\" a \",\" output\":\" b \"}");
        assertRead("one.csv", "text\n\"cell with\nnewline\"\n", "{\"text\":\"cell with\\nnewline\"}");
        assertRead("title.csv", "Questions of March,\na,b\n", "{\"Questions of March\":\"a\",\"column_2\":\"b\"}");
        assertRead("tabs.tsv", "input\toutput\na, b\t5\"\n", "{\"input\":\"a, b\",\"output\":\"5\\\"\"}");
        assertRead(
                "typed.csv",
                "input,output\n2024-01-02,0.10\n007,1e3\n",
                "{\"input\":\"2024-01-02\",\"output\":\"0.10\"}",
                "{\"input\":\"007\",\"output\":\"1e3\"}");
    }

    @Test
    void aQuoteMayComeLate() throws IOException {
        StringBuilder late = new StringBuilder("input,output\n");
        for (int i = 0; i < 20_500; i++) {
            late.append('q').append(i).append(",a\n");
        }
        Path file = files.write("late.csv", late + "last,\"a, b\"\n");
        List<String> outputs = files.texts(file, "output", null);
        assertThat(outputs).hasSize(20_501).endsWith("a, b");
        assertThat(files.texts(file, "output", ReadRecords.ALL)).isEqualTo(outputs);
    }

    @Test
    void aFieldMayBeLong() throws IOException {
        String large = "x".repeat(20_000_000);
        Path file = files.write("large.csv", "input,output\nq,\"" + large + "\"\n");
        assertThat(files.texts(file, "output", null)).containsExactly(large);
        assertThat(files.texts(file, "output", ReadRecords.ALL)).containsExactly(large);
    }

    @Test
    void raggedLinesAreNamed() {
        assertThatThrownBy(() -> files.of("a.csv", "input,output\n\"a\nb\",c\nd,e,f\n", null))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(
                        "a.csv, line 4 (record 1) has 3 fields", "2 fields (input, output)", "delimiter");
        assertThatThrownBy(() -> files.of("b.csv", "input,output\na,b\nc\nd,e\n", ReadRecords.ALL))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("b.csv, line 3 (record 1) has 1 field");
        assertThatThrownBy(() -> files.of("c.csv", "input,output\na,\"b\n", null))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("c.csv", "record 0 is no valid csv");
        assertThatThrownBy(() -> files.of("d.csv", "", null)).hasMessageContaining("is empty");
        assertThatThrownBy(() -> files.of("e.csv", "a,b,a\n1,2,3\n", null)).hasMessageContaining("'a' twice");
    }

    @Test
    void aDialectCanBeSet() throws IOException {
        String escaped = "input,output\n\"He said \\\"hi\\\", twice\",a\\,b\\\\\n";
        assertThatThrownBy(() -> files.of("a.csv", escaped, null))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("a.csv", "escapechar");
        assertThat(written("escapechar: '\\'").of("a.csv", escaped, ReadRecords.ALL))
                .containsExactly("{\"input\":\"He said \\\"hi\\\", twice\",\"output\":\"a,b\\\\\"}");
        assertThat(written("delimiter: ';', quotechar: \"'\"").of("b.csv", "input;output\n'a;b';\"c\"\n", null))
                .containsExactly("{\"input\":\"a;b\",\"output\":\"\\\"c\\\"\"}");
        assertThat(written("delimiter: \"\\t\", column_names: [input, output], source: csv")
                        .of("c.dat", "a\tb\n", null))
                .containsExactly("{\"input\":\"a\",\"output\":\"b\"}");
    }

    @Test
    void anotherDelimiterIsAdvised() {
        ObjectNode record = JsonNodeFactory.instance.objectNode().put("input;output", "a;b");
        assertThatThrownBy(() -> Fields.text(record, "input", "a.csv#0"))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("has no field 'input'", "delimiter: \";\"");
    }

    @Test
    void dialectsAreChecked() {
        assertThatThrownBy(() -> written("delimiter: ';;'")).hasMessageContaining("delimiter: expected one character");
        assertThatThrownBy(() -> written("quotechar: ','")).hasMessageContaining("different characters");
        assertThatThrownBy(() -> written("column_names: [a, a]")).hasMessageContaining("a name twice");
        assertThatThrownBy(() -> written("encoding: utf-99")).hasMessageContaining("encoding: unknown");
    }
}
