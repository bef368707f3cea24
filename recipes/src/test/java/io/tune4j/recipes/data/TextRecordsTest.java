// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.error.DataException;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text files: their lines, their limit, and what opening a broken one leaves open. */
class TextRecordsTest {
    @TempDir
    Path folder;

    @Property
    void linesAreThoseOfTheJdk(@ForAll @Chars({'\n', '\r'}) @CharRange(from = 'a', to = 'b') String text)
            throws IOException {
        String repeated = text.repeat(text.isEmpty() ? 1 : 1 + 20_000 / text.length());
        try (TextLines lines = new TextLines(new StringReader(repeated), Integer.MAX_VALUE);
                BufferedReader expected = new BufferedReader(new StringReader(repeated))) {
            List<String> found = new ArrayList<>();
            for (String line = lines.next(); line != null; line = lines.next()) {
                found.add(line);
            }
            assertThat(found).isEqualTo(expected.lines().toList());
        }
    }

    @Test
    void aLineThatIsTooLongIsNamedWithTheLimit() throws IOException {
        Path file = folder.resolve("a.txt");
        Files.writeString(file, "x".repeat(20_000) + "\n\n" + "y".repeat(20_001) + "\nz\n");
        try (TextRecords records = new TextRecords(new DataText(file, null), 20_000)) {
            JsonNode first = records.next();
            assertThat(first).isNotNull();
            assertThat(first.path("text").asText()).hasSize(20_000);
            assertThatThrownBy(records::next)
                    .isInstanceOf(DataException.class)
                    .hasMessageContainingAll(file + ", line 3", "more than 20,000 characters");
        }
    }

    /** A line that packs well is refused at the limit, not when it is in memory as a whole. */
    @Test
    void aPackedLineIsRefusedAtTheLimit() throws IOException {
        Path file = folder.resolve("a.txt.gz");
        byte[] letters = "a".repeat(1 << 20).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < 70; i++) {
                out.write(letters);
            }
        }
        try (TextRecords records = new TextRecords(new DataText(file, null))) {
            assertThatThrownBy(records::next)
                    .isInstanceOf(DataException.class)
                    .hasMessageContainingAll(file + ", line 1", "64,000,000");
        }
    }

    @Test
    void aBrokenFileIsNotLeftOpen() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(descriptors), "open files are listed on Linux only");
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(1);
        }
        List<byte[]> broken = List.of(
                new byte[] {0x1f, (byte) 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9},
                java.util.Arrays.copyOf(packed.toByteArray(), 5),
                new byte[] {'P', 'K', 3, 4, 5},
                new byte[] {(byte) 0xff, (byte) 0xfe, 'a', 0});
        for (byte[] bytes : broken) {
            Path file = folder.resolve("broken.txt");
            Files.write(file, bytes);
            assertThatThrownBy(() -> new DataText(file, null).open().close()).isInstanceOf(DataException.class);
            assertThat(open(descriptors)).doesNotContain(file.toRealPath());
        }
    }

    private static List<Path> open(Path descriptors) throws IOException {
        List<Path> open = new ArrayList<>();
        try (Stream<Path> links = Files.list(descriptors)) {
            for (Path link : links.toList()) {
                try {
                    open.add(Files.readSymbolicLink(link));
                } catch (NoSuchFileException e) {
                    // Closed by its thread since it was listed.
                    assertThat(link).doesNotExist();
                }
            }
        }
        return open;
    }
}
