// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of the format, broken once: the message names the file, the tensor, the numbers and the next step. */
class HeaderRefusalTest {
    private static final String AGAIN = "download or copy the file again";

    @TempDir
    Path directory;

    static Stream<Arguments> brokenHeaders() {
        return Stream.of(
                row(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                        7,
                        "truncated",
                        "8 bytes",
                        "7 bytes",
                        AGAIN),
                row(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                        9,
                        "1 byte after the last tensor",
                        "8"),
                row("{}", 1, "1 byte after the last tensor"),
                row(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                        12,
                        "'a'",
                        "byte 4",
                        "gap",
                        "the header"),
                row(two("[0,4]", "[8,12]"), 12, "'b'", "byte 8", "gap after tensor 'a'", "ends at byte 4"),
                row(two("[0,4]", "[2,6]"), 6, "'b'", "byte 2", "inside tensor 'a'", "ends at byte 4"),
                row(two("[0,4]", "[0,4]"), 4, "inside tensor 'a'"),
                row(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
                        4,
                        "'a'",
                        "byte 4 after its end 0"),
                row(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
                        8,
                        "'a'",
                        "F32",
                        "[3]",
                        "12 bytes",
                        "0 to 8"),
                row("{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,1]}}", 1, "'a'", "whole bytes"),
                row(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}",
                        0,
                        "'a'",
                        "larger than any file"),
                row(
                        "{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,0]}}",
                        0,
                        "'a'",
                        "larger than any file"),
                row("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "'a'", "shape", "'-1'"),
                row("{\"a\":{\"dtype\":\"F32\",\"shape\":[-0],\"data_offsets\":[0,0]}}", 0, "'a'", "shape", "'-0'"),
                row("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", 4, "'a'", "shape", "'1.0'"),
                row("{\"a\":{\"dtype\":\"F32\",\"shape\":[[1]],\"data_offsets\":[0,4]}}", 4, "'a'", "shape"),
                row(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}}",
                        4,
                        "'a'",
                        "shape is not an array"),
                row("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "'a'", "1 data_offsets"),
                row("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 4, "'a'", "more than 2"),
                row(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9223372036854775808]}}",
                        4,
                        "'a'",
                        "9223372036854775808"),
                row(
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[9223372036854775807],\"data_offsets\":[0,9223372036854775807]}}",
                        4,
                        "'a'",
                        "larger than any file"),
                row(
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1000000000000000000],\"data_offsets\":[0,1000000000000000000]}}",
                        4,
                        "truncated",
                        "1,000,000,000,000,000,000 bytes",
                        "4 bytes"),
                row("{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "'a'", "'F33'", "BF16"),
                row("{\"a\":{\"dtype\":3,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "'a'", "dtype"),
                row("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "'a'", "no dtype"),
                row("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "'a'", "no shape"),
                row("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "'a'", "no data_offsets"),
                row("{\"a\":[]}", 0, "'a'", "object"),
                row("{\"a\":null}", 0, "'a'", "object"),
                row(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}",
                        0,
                        "two entries named 'a'"),
                row(
                        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F16\",\"shape\":[0],\"data_offsets\":[0,0]}}",
                        0,
                        "'a'",
                        "two fields named 'dtype'"),
                row(
                        "{\"a\":{\"x\":1,\"x\":1,\"dtype\":\"F16\",\"shape\":[0],\"data_offsets\":[0,0]}}",
                        0,
                        "'a'",
                        "two fields named 'x'"),
                row("{\"__metadata__\":{\"k\":1}}", 0, "__metadata__", "'k'", "not a text"),
                row("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "__metadata__", "two entries named 'k'"),
                row("{\"__metadata__\":null}", 0, "__metadata__", "not an object"),
                row("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "two entries named '__metadata__'"),
                row("{\"a\":{\"dtype\":\"F32\"", 0, "not valid JSON"),
                row("{\"a\":}", 0, "not valid JSON"),
                row("{} {}", 0, "goes on after its JSON object"),
                row("{},\"__metadata__\":{}}   ", 0, "not valid JSON"),
                row("[{}]", 0, "does not begin with '{'"),
                row(" {}", 0, "does not begin with '{'"));
    }

    private static Arguments row(String header, int dataBytes, String... said) {
        return Arguments.of(header, dataBytes, List.of(said));
    }

    private static String two(String first, String second) {
        return "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":" + first
                + "},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":" + second + "}}";
    }

    @ParameterizedTest
    @MethodSource("brokenHeaders")
    void brokenHeaderIsRefused(String header, int dataBytes, List<String> said) throws IOException {
        Path path = RawFiles.write(directory.resolve("w.safetensors"), header, dataBytes);

        assertRefused(path, said.toArray(String[]::new));
    }

    @Test
    void invalidUtf8IsRefused() throws IOException {
        byte[] header = "{\"__metadata__\":{\"k\":\"??\"}}".getBytes(StandardCharsets.ISO_8859_1);
        // An overlong slash, which a lenient decoder lets through.
        header[21] = (byte) 0xC0;
        header[22] = (byte) 0xAF;
        Path path = Files.write(directory.resolve("w.safetensors"), RawFiles.bytes(header, 0));

        assertRefused(path, "not valid UTF-8");
    }

    @Test
    void fileTooShortForALengthIsRefused() throws IOException {
        assertRefused(Files.write(directory.resolve("a.safetensors"), new byte[0]), "only 0 bytes", AGAIN);
        assertRefused(Files.write(directory.resolve("b.safetensors"), new byte[9]), "only 9 bytes", AGAIN);
    }

    @Test
    void headerLongerThanTheFileIsRefused() throws IOException {
        byte[] bytes = RawFiles.bytes("{}      ", 0);
        bytes[0] = 9;

        assertRefused(
                Files.write(directory.resolve("a.safetensors"), bytes),
                "truncated",
                "promises 9 bytes",
                "16 bytes",
                AGAIN);
    }

    @Test
    void headerLongerThanTheFormatAllowsIsRefusedWithoutReadingIt() throws IOException {
        byte[] negative = RawFiles.bytes("{}", 0);
        negative[7] = (byte) 0xFF;
        assertRefused(Files.write(directory.resolve("a.safetensors"), negative), "18374686479671623682", "100000000");

        byte[] justTooLong = RawFiles.bytes("{}", 0);
        writeLength(justTooLong, 100_000_001);
        assertRefused(Files.write(directory.resolve("b.safetensors"), justTooLong), "100000001", "100000000");
    }

    @Test
    void longestHeaderIsReadAndRefusedForItsContentOnly() throws IOException {
        Path path = directory.resolve("a.safetensors");
        byte[] start = RawFiles.bytes("{}", 0);
        writeLength(start, 100_000_000);
        Files.write(path, start);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(100_000_008);
        }

        // Behind the object there are zeros, where only spaces may be.
        assertRefused(path, "not valid JSON");
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        String deep = "[".repeat(500_000);

        assertRefused(
                RawFiles.write(directory.resolve("a.safetensors"), "{\"a\":{\"x\":" + deep, 0),
                "not valid JSON",
                "nesting");
        assertRefused(
                RawFiles.write(directory.resolve("b.safetensors"), "{\"a\":{\"shape\":" + deep, 0), "'a'", "shape");
        assertRefused(
                RawFiles.write(directory.resolve("c.safetensors"), "{\"a\":".repeat(200_000), 0), "not valid JSON");
    }

    @Test
    void hugeNumbersAndNamesAreRefusedInShortMessages() throws IOException {
        String digits = "9".repeat(1_000_000);
        String name = "n".repeat(2_000_000);
        Path numbers = RawFiles.write(
                directory.resolve("a.safetensors"),
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[" + digits + "],\"data_offsets\":[0,4]}}",
                4);
        Path dtype = RawFiles.write(directory.resolve("b.safetensors"), "{\"a\":{\"dtype\":\"" + name + "\"}}", 0);
        Path names = RawFiles.write(directory.resolve("c.safetensors"), "{\"" + name + "\":{}}", 0);
        Path dimensions = RawFiles.write(
                directory.resolve("d.safetensors"),
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[" + "1,".repeat(1_000_000) + "1],\"data_offsets\":[0,4]}}",
                4);

        for (Path path : List.of(numbers, dtype, names, dimensions)) {
            assertThatThrownBy(() -> SafetensorsFile.open(path))
                    .isInstanceOf(UserException.class)
                    .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(1000));
        }
    }

    private static void writeLength(byte[] file, int length) {
        for (int i = 0; i < 4; i++) {
            file[i] = (byte) (length >>> (8 * i));
        }
    }

    private static void assertRefused(Path path, String... said) {
        assertThatThrownBy(() -> SafetensorsFile.open(path).close())
                .isInstanceOf(UserException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContainingAll(said);
    }
}
