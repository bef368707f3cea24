// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.DiskSpace;
import io.tune4j.api.safetensors.TensorEntry.StoredType;
import io.tune4j.api.tensor.DType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFileTest {
    @TempDir
    Path directory;

    @Test
    void scalarsEmptyTensorsUnknownFieldsAndTrailingSpacesAreAccepted() throws IOException {
        Path path = RawFiles.write(
                directory.resolve("w.safetensors"),
                "{\"scalar\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4],\"note\":{\"x\":[1]}},"
                        + "\"empty\":{\"dtype\":\"I64\",\"shape\":[3,0,9],\"data_offsets\":[4,4]},"
                        + "\"__metadata__\":{\"b\":\"1\",\"a\":\"\"}}     ",
                4);

        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.entries()).containsOnlyKeys("empty", "scalar");
            assertThat(file.entries().get("scalar").shape()).isEmpty();
            assertThat(RawFiles.read(file, "scalar")).containsExactly(0, 1, 2, 3);
            assertThat(file.entries().get("empty").dtype()).isEqualTo(DType.INT64);
            assertThat(RawFiles.read(file, "empty")).isEmpty();
            assertThat(file.map(file.entries().get("empty"))).isEmpty();
            assertThat(file.metadata()).containsEntry("a", "").containsEntry("b", "1");
        }
    }

    @Test
    void tensorsMayStandInTheHeaderInAnyOrder() throws IOException {
        Path path = RawFiles.write(
                directory.resolve("w.safetensors"),
                "{\"second\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[3,5]},"
                        + "\"empty\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[3,3]},"
                        + "\"first\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}",
                5);

        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(RawFiles.read(file, "first")).containsExactly(0, 1, 2);
            assertThat(RawFiles.read(file, "second")).containsExactly(3, 4);
        }
    }

    @Test
    void partsAreReadIntoHeapAndDirectBuffers() throws IOException {
        Path path = RawFiles.write(
                directory.resolve("w.safetensors"),
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[9],\"data_offsets\":[0,9]},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[9,10]}}",
                10);

        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            TensorEntry entry = file.entries().get("a");
            for (ByteBuffer target : List.of(ByteBuffer.allocate(8), ByteBuffer.allocateDirect(8))) {
                target.position(2).limit(6);
                file.read(entry, 5, target);
                assertThat(target.hasRemaining()).isFalse();
                target.clear();
                assertThat(target.get(1)).isZero();
                assertThat(target.get(2)).isEqualTo((byte) 5);
                assertThat(target.get(5)).isEqualTo((byte) 8);
                assertThat(target.get(6)).isZero();
            }
            assertThatThrownBy(() -> file.read(entry, 6, ByteBuffer.allocate(4)))
                    .isInstanceOf(InternalException.class)
                    .hasMessageContaining("6 to 10");
            assertThatThrownBy(() -> file.read(entry, -1, ByteBuffer.allocate(1)))
                    .isInstanceOf(InternalException.class);
        }
    }

    @Test
    void mappedSlicesAreLittleEndianReadOnlyAndOutliveTheFile() throws IOException {
        Path path = RawFiles.write(
                directory.resolve("w.safetensors"),
                "{\"a\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                4);
        List<ByteBuffer> slices;
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            slices = file.map(file.entries().get("a"));
        }

        assertThat(slices).hasSize(1);
        assertThat(slices.get(0).order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(slices.get(0).isReadOnly()).isTrue();
        assertThat(slices.get(0).getInt(0)).isEqualTo(0x03020100);
    }

    @Test
    void dtypesWeLackAreListedButNotRead() throws IOException {
        Path path = RawFiles.resource(directory, "unreadable-dtypes.safetensors");

        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.entries()).hasSize(12);
            assertThat(RawFiles.read(file, "f32")).hasSize(4);
            TensorEntry entry = file.entries().get("t_float8_e4m3fn");
            assertThat(entry.storedType()).isEqualTo(StoredType.F8_E4M3);
            assertThatThrownBy(() -> file.map(entry))
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll("t_float8_e4m3fn", path.toString(), "F8_E4M3", "BF16", "convert");
            assertThatThrownBy(() -> file.read(entry, 0, ByteBuffer.allocate(2)))
                    .isInstanceOf(UserException.class);
        }
    }

    @Test
    void fileThatShrinksIsReported() throws IOException {
        Path path = RawFiles.write(
                directory.resolve("w.safetensors"),
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                4);

        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() - 1);
            }
            assertThatThrownBy(() -> RawFiles.read(file, "a"))
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll(path.toString(), "became shorter", "'a'");
        }
    }

    @Test
    void interruptedReadDoesNotSpoilTheFileForOthers() throws IOException {
        Path path = RawFiles.withTensors(directory.resolve("w.safetensors"), "a");

        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> RawFiles.read(file, "a"))
                    .isInstanceOf(ResourceException.class)
                    .hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(RawFiles.read(file, "a")).hasSize(1);
        }
    }

    @Test
    void closedFileAndForeignEntryAreOurBugs() {
        SafetensorsFile file = SafetensorsFile.open(RawFiles.withTensors(directory.resolve("a.safetensors"), "a"));
        try (SafetensorsFile other =
                SafetensorsFile.open(RawFiles.withTensors(directory.resolve("b.safetensors"), "a"))) {
            assertThatThrownBy(() -> file.map(other.entries().get("a"))).isInstanceOf(InternalException.class);
        }
        file.close();
        assertThatThrownBy(() -> RawFiles.read(file, "a"))
                .isInstanceOf(InternalException.class)
                .hasMessageContaining("closed");
        file.close();
    }

    @Test
    void missingFileNamesTheNearest() {
        RawFiles.withTensors(directory.resolve("model.safetensors"), "a");

        assertThatThrownBy(() -> SafetensorsFile.open(directory.resolve("modell.safetensor")))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("modell.safetensor does not exist", "did you mean 'model.safetensors'?");
        assertThatThrownBy(() -> SafetensorsFile.open(directory.resolve("nowhere/x.safetensors")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("nor does its directory");
        assertThatThrownBy(() -> SafetensorsFile.open(directory))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is a directory");
    }

    @Test
    void tensorsOverTwoGibibytesAreReadToTheirEnd() throws IOException {
        long elements = (5L << 27) + 3;
        long bytes = 4 * elements;
        // Sparse where the file system can; where it cannot, the bytes are really needed.
        assumeThat(DiskSpace.free(directory))
                .as("free disk space for the file of 2.5 GiB")
                .isGreaterThan(bytes + (1L << 28));
        Path path = directory.resolve("huge.safetensors");
        String header =
                "{\"huge\":{\"dtype\":\"F32\",\"shape\":[" + elements + "],\"data_offsets\":[0," + bytes + "]}}";
        long dataStart = 8L + header.getBytes(StandardCharsets.UTF_8).length;
        RawFiles.write(path, header, 0);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(dataStart + bytes);
            file.seek(dataStart + bytes - 4);
            file.write(new byte[] {1, 2, 3, 4});
            file.seek(dataStart + (2L << 30) - 2);
            file.write(new byte[] {5, 6, 7, 8});
        }

        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            TensorEntry entry = file.entries().get("huge");
            ByteBuffer end = ByteBuffer.allocate(4);
            file.read(entry, bytes - 4, end);
            assertThat(end.array()).containsExactly(1, 2, 3, 4);

            List<ByteBuffer> slices = file.map(entry);
            assertThat(slices).extracting(ByteBuffer::remaining).containsExactly(1 << 30, 1 << 30, (1 << 29) + 12);
            assertThat(slices.get(2).getInt(slices.get(2).limit() - 4)).isEqualTo(0x04030201);
            assertThat(slices.get(1).get((1 << 30) - 1)).isEqualTo((byte) 6);
            assertThat(slices.get(2).get(0)).isEqualTo((byte) 7);
        } finally {
            Files.delete(path);
        }
    }
}
