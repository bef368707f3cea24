// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.error.DataException;
import io.tune4j.export.files.ExportListener;
import io.tune4j.testkit.fuzz.FuzzTarget;
import io.tune4j.testkit.fuzz.Fuzzing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFileTest {
    @TempDir
    Path folder;

    /** A tensor whose elements count up from 0. */
    private record Counting(String name, GgufType type, List<Long> shape) implements GgufWriter.Content {
        @Override
        public float[] rows(long first, int count) {
            int length = Math.toIntExact(shape.get(shape.size() - 1));
            float[] values = new float[length * count];
            for (int i = 0; i < values.length; i++) {
                values[i] = first * length + i;
            }
            return values;
        }
    }

    private static GgufMetadata metadata() {
        return new GgufMetadata()
                .text("general.architecture", "llama")
                .uint32("a", 4_000_000_000L)
                .float32("b", 0.5)
                .bool("c", true)
                .texts("d", List.of("x", "Ġß", ""))
                .int32s("e", List.of(-1L, 7L))
                .float32s("f", List.of(-0.25));
    }

    private Path written() {
        Path file = folder.resolve("a.gguf");
        GgufWriter.write(
                file,
                metadata(),
                List.of(
                        new Counting("one", GgufType.F32, List.of(3L)),
                        new Counting("two", GgufType.BF16, List.of(2L, 5L)),
                        new Counting("three", GgufType.Q8_0, List.of(3L, 64L))),
                ExportListener.NONE);
        return file;
    }

    @Test
    void readsWhatItWrote() {
        try (GgufFile file = GgufFile.open(written())) {
            assertThat(file.metadata().values()).isEqualTo(metadata().values());
            assertThat(file.tensors()).containsOnlyKeys("one", "two", "three");
            GgufTensor three = file.tensors().get("three");
            assertThat(three.shape()).containsExactly(3L, 64L);
            assertThat(file.rows(file.tensors().get("one"), 0, 1)).containsExactly(0, 1, 2);
            assertThat(file.rows(file.tensors().get("two"), 1, 1)).containsExactly(5, 6, 7, 8, 9);
            assertThat(file.rows(three, 2, 1)[63]).isCloseTo(191, within(0.1f));
        }
    }

    @Test
    void theForecastOfTheSizeIsExact() throws IOException {
        List<Counting> tensors = List.of(new Counting("two", GgufType.Q4_K, List.of(2L, 256L)));
        Path file = folder.resolve("b.gguf");
        GgufWriter.write(file, metadata(), tensors, ExportListener.NONE);
        assertThat(Files.size(file)).isEqualTo(GgufWriter.fileBytes(metadata(), tensors));
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(written());
        Path cut = folder.resolve("cut.gguf");
        // The end may be padding after the last tensor.
        for (int length = 0; length < whole.length - 32; length++) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> GgufFile.open(cut).close())
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("cut.gguf");
        }
    }

    @Test
    void aHugeCountIsRefusedBeforeAnythingIsAllocated() throws IOException {
        Path file = folder.resolve("huge.gguf");
        for (long count : new long[] {-1, Long.MAX_VALUE, 1L << 40}) {
            Files.write(
                    file,
                    ByteBuffer.allocate(64)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putInt(GgufHeader.MAGIC)
                            .putInt(3)
                            .putLong(0)
                            .putLong(count)
                            .array());
            assertThatThrownBy(() -> GgufFile.open(file)).hasMessageContaining("keys, for which it is too short");
        }
    }

    @Test
    void namesAnEncodingThatIsNotRead() throws IOException {
        Path file = folder.resolve("iq.gguf");
        Files.write(
                file,
                ByteBuffer.allocate(256)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(GgufHeader.MAGIC)
                        .putInt(3)
                        .putLong(1)
                        .putLong(0)
                        .putLong(1)
                        .put((byte) 'w')
                        .putInt(1)
                        .putLong(256)
                        .putInt(18)
                        .putLong(0)
                        .array());
        assertThatThrownBy(() -> GgufFile.open(file))
                .hasMessageContaining("tensor 'w' is stored as IQ3_XXS")
                .hasMessageContaining("Q8_0 for example");
    }

    @Test
    void refusesOtherFiles() throws IOException {
        Path file = folder.resolve("x.gguf");
        Files.write(file, "no model".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> GgufFile.open(file)).hasMessageContaining("does not begin with GGUF");
        Files.write(file, ByteBuffer.allocate(64).putInt(0x47475546).putInt(3).array());
        assertThatThrownBy(() -> GgufFile.open(file)).hasMessageContaining("big-endian");
        assertThatThrownBy(() -> GgufFile.open(folder.resolve("none"))).hasMessageContaining("does not exist");
    }

    @Test
    void survivesAnyBytes() throws Exception {
        Fuzzing.run(new GgufBytes(), folder, 500);
    }

    static final class GgufBytes implements FuzzTarget {
        @Override
        public List<byte[]> seeds() throws IOException {
            Path file = Files.createTempFile("seed", ".gguf");
            try {
                GgufWriter.write(
                        file,
                        metadata(),
                        List.of(
                                new Counting("one", GgufType.F32, List.of(3L)),
                                new Counting("two", GgufType.Q4_0, List.of(2L, 32L))),
                        ExportListener.NONE);
                return List.of(Files.readAllBytes(file));
            } finally {
                Files.delete(file);
            }
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            Path file = folder.resolve("fuzz.gguf");
            Files.write(file, input);
            try (GgufFile gguf = GgufFile.open(file)) {
                for (GgufTensor tensor : gguf.tensors().values()) {
                    if (tensor.elements() < 1 << 20) {
                        gguf.rows(tensor, 0, (int) tensor.rows());
                    }
                }
            }
        }
    }
}
