// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {
    @TempDir
    Path directory;

    private Path target;

    @BeforeEach
    void setTarget() {
        target = directory.resolve("out.safetensors");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mixed",
                "no-tensors",
                "llama2_style-lora",
                "llama2_style-dora",
                "llama3_1_style-lora",
                "llama3_2_style-lora"
            })
    void rewritingAReferenceFileGivesTheSameBytes(String name) throws IOException {
        Path reference = RawFiles.resource(directory, name + ".safetensors");

        try (SafetensorsFile file = SafetensorsFile.open(reference)) {
            List<TensorSpec> specs = new ArrayList<>();
            file.entries()
                    .values()
                    .forEach(entry -> specs.add(new TensorSpec(entry.name(), entry.dtype(), entry.shape())));
            Collections.shuffle(specs, new Random(7));
            SafetensorsWriter.write(target, specs, file.metadata(), (tensor, sink) -> file.map(
                            file.entries().get(tensor.name()))
                    .forEach(sink));
        }

        assertThat(target).hasSameBinaryContentAs(reference);
    }

    @Test
    void valuesOfAReferenceFileAreRead() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(RawFiles.resource(directory, "mixed.safetensors"))) {
            assertThat(file.entries()).hasSize(16).containsKey("quo\"te\\back\nline\tta\u0001b\u007f/slash");
            assertThat(file.metadata()).containsExactly(Map.entry("note", "é \"quoted\"\n"));
            assertThat(file.map(file.entries().get("rank0")).get(0).getDouble()).isEqualTo(3.5);
            assertThat(file.map(file.entries().get("f32")).get(0).getFloat(4)).isEqualTo(-7.25f);
            assertThat(file.map(file.entries().get("int64")).get(0).getLong()).isEqualTo(1L << 62);
            assertThat(file.map(file.entries().get("bf16")).get(0).getShort(2)).isEqualTo((short) 0x7F80);
            assertThat(file.entries().get("int32").shape()).containsExactly(2, 3);
        }
    }

    @Test
    void tensorMayComeInParts() {
        List<TensorSpec> specs = List.of(new TensorSpec("a", DType.UINT8, 5), new TensorSpec("none", DType.UINT8, 0));

        try (SafetensorsWriter writer = SafetensorsWriter.create(target, specs, Map.of())) {
            writer.write("none", ByteBuffer.allocate(0));
            writer.write("a", ByteBuffer.wrap(new byte[] {1, 2}));
            writer.write("a", ByteBuffer.wrap(new byte[] {0, 3, 4, 5}, 1, 3).asReadOnlyBuffer());
            writer.finish();
        }

        try (SafetensorsFile file = SafetensorsFile.open(target)) {
            assertThat(RawFiles.read(file, "a")).containsExactly(1, 2, 3, 4, 5);
        }
    }

    @Test
    void metadataIsWrittenByKey() {
        SafetensorsWriter.write(target, List.of(), Map.of("z", "1", "b", "2", "a", "3"), (tensor, sink) -> {});

        assertThat(target).content().contains("{\"__metadata__\":{\"a\":\"3\",\"b\":\"2\",\"z\":\"1\"}}");
    }

    @Test
    void unfinishedFileDoesNotAppearAndLeavesTheFormerOne() throws IOException {
        RawFiles.withTensors(target, "former");
        byte[] former = Files.readAllBytes(target);

        try (SafetensorsWriter writer =
                SafetensorsWriter.create(target, List.of(new TensorSpec("a", DType.UINT8, 2)), Map.of())) {
            writer.write("a", ByteBuffer.allocate(1));
            assertThatThrownBy(writer::finish)
                    .isInstanceOf(InternalException.class)
                    .hasMessageContainingAll("a uint8[2]", "lacks 1 of its 2", target.toString());
        }

        assertThat(target).hasBinaryContent(former);
        assertThat(directory).isDirectoryNotContaining(path -> !path.equals(target));
    }

    @Test
    void wrongBytesAreOurBug() {
        List<TensorSpec> specs = List.of(new TensorSpec("a", DType.FLOAT32, 1), new TensorSpec("b", DType.FLOAT32, 1));

        try (SafetensorsWriter writer = SafetensorsWriter.create(target, specs, Map.of())) {
            assertThatThrownBy(() -> writer.write("b", ByteBuffer.allocate(4)))
                    .isInstanceOf(InternalException.class)
                    .hasMessageContainingAll("'b'", "'a'");
            assertThatThrownBy(() -> writer.write("a", ByteBuffer.allocate(5)))
                    .isInstanceOf(InternalException.class)
                    .hasMessageContainingAll("4 bytes", "5 were written");
            writer.write("a", ByteBuffer.allocate(4));
            writer.write("b", ByteBuffer.allocate(4));
            assertThatThrownBy(() -> writer.write("b", ByteBuffer.allocate(1)))
                    .isInstanceOf(InternalException.class)
                    .hasMessageContaining("needed none");
        }
        assertThat(target).doesNotExist();
    }

    @Test
    void namesThatCannotBeStoredAreOurBug() {
        TensorSpec a = new TensorSpec("a", DType.UINT8, 0);

        for (List<TensorSpec> specs : List.of(
                List.of(a, a),
                List.of(new TensorSpec("__metadata__", DType.UINT8, 0)),
                List.of(new TensorSpec("half a pair \ud83d", DType.UINT8, 0)))) {
            assertThatThrownBy(() -> SafetensorsWriter.create(target, specs, Map.of()))
                    .isInstanceOf(InternalException.class);
        }
        assertThatThrownBy(() -> new TensorSpec("a", DType.INT64, 1L << 31, 1L << 31))
                .isInstanceOf(InternalException.class)
                .hasMessageContaining("too large");
        assertThatThrownBy(() -> new TensorSpec("a", DType.INT64, -1)).isInstanceOf(InternalException.class);
    }

    @Test
    void fileThatDoesNotFitIsRefusedBeforeItsFirstByte() {
        assertThatThrownBy(() ->
                        SafetensorsWriter.create(target, List.of(new TensorSpec("a", DType.UINT8, 1L << 60)), Map.of()))
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll("out.safetensors", directory.toString(), "1.0 EiB", "free");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void missingDirectoryIsNamed() {
        Path lost = directory.resolve("lost/out.safetensors");

        assertThatThrownBy(() -> SafetensorsWriter.create(lost, List.of(), Map.of()))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(lost.toString(), "does not exist");
    }
}
