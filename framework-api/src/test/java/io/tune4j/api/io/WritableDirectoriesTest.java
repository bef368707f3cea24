// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritableDirectoriesTest {
    @TempDir
    Path root;

    @Test
    void missingDirectoriesAreCreatedAndLeftEmpty() {
        Path made = WritableDirectories.ensure(root.resolve("a/../b/c"), "output_dir");

        assertThat(made).isEqualTo(root.resolve("b/c")).isEmptyDirectory();
        assertThat(WritableDirectories.ensure(made, "output_dir")).isEqualTo(made);
    }

    @Test
    void linkToADirectoryIsADirectory() throws IOException {
        Path real = Files.createDirectory(root.resolve("real"));
        Path link = Files.createSymbolicLink(root.resolve("link"), real);

        WritableDirectories.ensure(link, "output_dir");

        assertThat(real).isEmptyDirectory();
        assertThat(link).isSymbolicLink();
    }

    @Test
    void fileInTheWayIsNamed() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "");

        assertThatThrownBy(() -> WritableDirectories.ensure(file, "output_dir"))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("output_dir", file.toString(), "is a file");
        assertThatThrownBy(() -> WritableDirectories.ensure(file.resolve("sub"), "output_dir"))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("output_dir", file.resolve("sub").toString());
    }

    @Test
    void directoryWithoutPermissionIsRefused() throws IOException {
        Path locked = Files.createDirectory(
                root.resolve("locked"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        assumeThat(Files.isWritable(locked))
                .as("the superuser may write anywhere")
                .isFalse();

        assertThatThrownBy(() -> WritableDirectories.ensure(locked, "output_dir"))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("output_dir", "no permission to write in " + locked);
    }

    @Test
    void fileSystemThatTakesNoFilesIsRefused() {
        Path kernel = Path.of("/proc");
        assumeThat(kernel).as("a system with /proc").isDirectory();

        assertThatThrownBy(() -> WritableDirectories.ensure(kernel.resolve("tune4j-output"), "output_dir"))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("output_dir", "/proc/tune4j-output");
        assertThatThrownBy(() -> WritableDirectories.ensure(kernel, "output_dir"))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("output_dir", "no file can be created in /proc");
    }
}
