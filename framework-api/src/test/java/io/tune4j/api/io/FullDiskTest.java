// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
    @TempDir
    Path directory;

    @Test
    void fullDeviceIsARecognizedError() {
        Path full = Path.of("/dev/full");
        assumeThat(full).as("a system with /dev/full").exists();

        assertThatThrownBy(() -> Files.write(full, new byte[1]))
                .isInstanceOfSatisfying(IOException.class, e -> assertThat(
                                FileErrors.writing("the checkpoint", directory.resolve("x"), 2048, e))
                        .isInstanceOf(ResourceException.class)
                        .hasMessageContainingAll(
                                "the checkpoint", "disk is full", "needed 2.0 KiB", "free", directory.toString()));
    }

    @Test
    void fullDiskIsRecognizedInAnotherLanguage() {
        IOException german = new IOException("Auf dem Gerät ist kein Speicherplatz mehr verfügbar");

        assertThat(FileErrors.writing("x", directory.resolve("x"), 1L << 60, german))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("disk is full");
    }

    @Test
    void blameFollowsTheReason() {
        Path path = directory.resolve("x");

        assertThat(FileErrors.writing("x", path, 0, new AccessDeniedException("tmp")))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("no permission", directory.toString());
        assertThat(FileErrors.writing("x", path, 0, new IOException("Read-only file system")))
                .isInstanceOf(UserException.class);
        assertThat(FileErrors.writing("x", path, 0, new IOException("File too large")))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("another disk");
        assertThat(FileErrors.writing("x", path, 0, new IOException("Input/output error")))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("Input/output error");
    }

    // The next two need a real small disk, which only the superuser can make.

    @Test
    void formerVersionsSurviveAFullDisk() throws IOException, InterruptedException {
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=256k", "none", directory.toString()))
                .as("a small disk could be mounted")
                .isTrue();
        try {
            Path file = directory.resolve("file");
            Path tree = directory.resolve("tree");
            AtomicFiles.writeString(file, "former");
            AtomicFiles.writeDirectory(tree, made -> Files.writeString(made.resolve("part"), "former"));

            assertThatThrownBy(() -> AtomicFiles.write(file, out -> out.write(new byte[1 << 20])))
                    .isInstanceOf(ResourceException.class)
                    .hasMessageContainingAll(file.toString(), "disk is full", "free");
            assertThatThrownBy(() -> AtomicFiles.writeDirectory(tree, made -> {
                        Files.write(made.resolve("part"), new byte[1 << 16]);
                        Files.write(made.resolve("more"), new byte[1 << 20]);
                    }))
                    .isInstanceOf(ResourceException.class)
                    .hasMessageContainingAll(tree.toString(), "disk is full", "free");
            assertThatThrownBy(() -> AtomicFile.create(file, 1 << 20))
                    .isInstanceOf(ResourceException.class)
                    .hasMessageContainingAll("not enough disk space for file", "needed 1.0 MiB");
            try (AtomicFile small = AtomicFile.create(file, 0)) {
                ByteBuffer bytes = ByteBuffer.allocate(1 << 20);
                assertThatThrownBy(() -> small.write(bytes)).hasMessageContaining("disk is full");
            }

            assertThat(file).content().isEqualTo("former");
            assertThat(tree.resolve("part")).content().isEqualTo("former");
            assertThat(directory).isDirectoryNotContaining("glob:**/.*");
        } finally {
            run("umount", directory.toString());
        }
    }

    @Test
    void readOnlyDiskIsTheUsersToChange() throws IOException, InterruptedException {
        assumeThat(run("mount", "-t", "tmpfs", "-o", "ro,size=64k", "none", directory.toString()))
                .as("a read-only disk could be mounted")
                .isTrue();
        try {
            assertThatThrownBy(() -> WritableDirectories.ensure(directory, "output_dir"))
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll("output_dir", "no permission to write in " + directory);
            assertThatThrownBy(() -> AtomicFiles.writeString(directory.resolve("file"), "x"))
                    .isInstanceOf(UserException.class);
        } finally {
            run("umount", directory.toString());
        }
    }

    private boolean run(String... command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
