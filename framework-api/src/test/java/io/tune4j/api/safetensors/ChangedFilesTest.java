// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import io.tune4j.api.safetensors.Checkpoint.FileVersion;
import io.tune4j.api.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoint files that somebody changes while a run has them open. */
class ChangedFilesTest {
    private static final int BYTES = 100_000;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void writeModel() throws IOException {
        file = folder.resolve("model.safetensors");
        write(file, 1);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L));
    }

    private static void write(Path target, int value) {
        byte[] bytes = new byte[BYTES];
        java.util.Arrays.fill(bytes, (byte) value);
        SafetensorsWriter.write(
                target,
                List.of(new TensorSpec("w", DType.UINT8, BYTES)),
                Map.of(),
                (spec, sink) -> sink.accept(ByteBuffer.wrap(bytes)));
    }

    private void overwriteInPlace() throws IOException {
        Path other = folder.resolve("other");
        write(other, 2);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(Files.readAllBytes(other)));
        }
    }

    private interface Change {
        void make() throws IOException;
    }

    private void assertNoticed(Change change, String... parts) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            checkpoint.versions();
            checkpoint.requireUnchanged();
            change.make();
            assertThatThrownBy(checkpoint::requireUnchanged)
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContainingAll(parts);
        }
    }

    @Test
    void overwritten() throws IOException {
        assertNoticed(this::overwriteInPlace, "was changed while the run used it", "last modified at 2023-11-14");
    }

    @Test
    void overwrittenAndGivenItsFormerTime() throws IOException {
        FileTime before = Files.getLastModifiedTime(file);
        assertNoticed(
                () -> {
                    overwriteInPlace();
                    Files.setLastModifiedTime(file, before);
                },
                "was overwritten");
    }

    @Test
    void cutShort() throws IOException {
        assertNoticed(
                () -> {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.truncate(5000);
                    }
                },
                "and has 5000");
    }

    @Test
    void deleted() throws IOException {
        assertNoticed(() -> Files.delete(file), "was deleted or moved away");
    }

    @Test
    void replaced() throws IOException {
        FileTime before = Files.getLastModifiedTime(file);
        assertNoticed(
                () -> {
                    Path other = folder.resolve("other");
                    write(other, 2);
                    Files.setLastModifiedTime(other, before);
                    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
                },
                "another file took its place");
    }

    /** Mapped content stays when the name goes to another file, and changes with the file itself. */
    @Test
    void whatIsMappedIsLookedAtBeforeEachStep() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            overwriteInPlace();
            assertThatCode(checkpoint::requireMappedUnchanged)
                    .as("nothing is mapped")
                    .doesNotThrowAnyException();
            assertThatThrownBy(() -> checkpoint.willMap(checkpoint.entry("w"))).isInstanceOf(DataException.class);
            assertThatThrownBy(checkpoint::requireMappedUnchanged).hasMessageContaining(file.toString());
        }
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            checkpoint.willMap(checkpoint.entry("w"));
            Path other = folder.resolve("other");
            write(other, 3);
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            assertThatCode(checkpoint::requireMappedUnchanged).doesNotThrowAnyException();
            Files.delete(file);
            assertThatCode(checkpoint::requireMappedUnchanged).doesNotThrowAnyException();
        }
    }

    @Test
    void versionsAreOfTheContent() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file);
                Checkpoint copy = Checkpoint.open(Files.copy(file, folder.resolve("copy")))) {
            FileVersion here = checkpoint.versions().get("model.safetensors");
            FileVersion there = copy.versions().get("copy");
            assertThat(there.content()).isEqualTo(here.content());
            assertThat(there.modified()).isNotEqualTo(here.modified());
            overwriteInPlace();
            try (Checkpoint again = Checkpoint.open(file)) {
                assertThat(again.versions().get("model.safetensors").content()).isNotEqualTo(here.content());
            }
        }
    }
}
