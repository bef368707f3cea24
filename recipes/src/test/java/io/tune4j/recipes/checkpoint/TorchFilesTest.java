// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.engine.torch.TorchFormat;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.testkit.config.Sections;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights as PyTorch saves them (made by scripts/golden/torch_files.py) are those of the safetensors file. */
class TorchFilesTest {
    private static final Path TORCH = Path.of("src/test/resources/torch");
    private static final Path GOLDEN = Path.of("src/test/resources/golden/llama3_1_style");

    private static Checkpointer checkpointer(String options) {
        ComponentRegistry registry = ComponentRegistry.of(List.of(new RecipesPlugin()));
        return Objects.requireNonNull(
                registry.create(Checkpointer.class, Sections.of(options), new ComponentContext(registry, null, null)));
    }

    private static void assertSame(Checkpoint actual) {
        try (Checkpoint expected = Checkpoint.open(GOLDEN.resolve("model.safetensors"))) {
            assertThat(actual.entries().keySet()).isEqualTo(expected.entries().keySet());
            for (TensorEntry entry : expected.entries().values()) {
                TensorEntry other = actual.entry(entry.name());
                assertThat(other.shape()).as(entry.name()).isEqualTo(entry.shape());
                assertThat(read(actual, other, 0)).as(entry.name()).isEqualTo(read(expected, entry, 0));
                // From the middle of a row, too.
                assertThat(read(actual, other, 6)).as(entry.name()).isEqualTo(read(expected, entry, 6));
            }
        }
    }

    private static byte[] read(Checkpoint checkpoint, TensorEntry entry, int from) {
        ByteBuffer bytes = ByteBuffer.allocate((int) entry.byteLength() - from);
        checkpoint.read(entry, from, bytes);
        return bytes.array();
    }

    @Test
    void binFilesAreReadByTheirIndex() {
        try (Checkpoint checkpoint = Checkpoint.open(TORCH, List.of(new TorchFormat()))) {
            assertSame(checkpoint);
        }
    }

    @Test
    void listedBinFilesAreRead() {
        Checkpointer checkpointer =
                checkpointer("{_component_: torchtune.training.FullModelHFCheckpointer, checkpoint_dir: " + TORCH
                        + ", checkpoint_files: [pytorch_model-00001-of-00002.bin, pytorch_model-00002-of-00002.bin]}");
        try (Checkpoint checkpoint = checkpointer.open()) {
            assertSame(checkpoint);
        }
    }

    @Test
    void metasLayoutIsRenamedAndReordered() {
        Checkpointer checkpointer = checkpointer(
                "{_component_: torchtune.training.FullModelMetaCheckpointer, model_type: LLAMA3, checkpoint_dir: "
                        + TORCH.resolve("original") + ", checkpoint_files: [consolidated.00.pth]}");
        assertThat(checkpointer.checkpointDirectory().toAbsolutePath()).isEqualTo(TORCH.toAbsolutePath());
        try (Checkpoint checkpoint = checkpointer.open()) {
            assertSame(checkpoint);
        }
    }

    @Test
    void whatWouldRunCodeIsRefused() {
        assertThatThrownBy(() -> Checkpoint.open(TORCH.resolve("evil.bin"), List.of(new TorchFormat())))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("it would call")
                .hasMessageContaining("system");
        assertThat(Path.of("/tmp/tune4j-was-here")).doesNotExist();
    }

    @Test
    void damagedArchivesAreRefused(@TempDir Path folder) throws IOException {
        byte[] whole = Files.readAllBytes(TORCH.resolve("pytorch_model-00001-of-00002.bin"));
        for (int length = 4; length < whole.length; length += whole.length / 50) {
            Path file = Files.write(folder.resolve(length + ".bin"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Checkpoint.open(file, List.of(new TorchFormat())))
                    .isInstanceOf(DataException.class);
        }
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            for (int j = 0; j < 3; j++) {
                int tail = random.nextBoolean() ? Math.min(4000, whole.length) : whole.length;
                damaged[whole.length - 1 - random.nextInt(tail)] = (byte) random.nextInt();
            }
            Path file = Files.write(folder.resolve("damaged.bin"), damaged);
            try (Checkpoint checkpoint = Checkpoint.open(file, List.of(new TorchFormat()))) {
                assertThat(checkpoint.entries()).isNotNull();
            } catch (DataException e) {
                assertThat(e).hasMessageContaining("damaged.bin");
            }
        }
    }
}
