// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicDirectoriesTest {
    private static final long DEAD = 99_999_999_999L;

    @TempDir
    Path parent;

    private Path target;

    @BeforeEach
    void setTarget() {
        target = parent.resolve("epoch_0");
    }

    @Test
    void directoryIsWrittenAndReplacedAsAWhole() throws IOException {
        AtomicFiles.writeDirectory(target, directory -> {
            Files.writeString(directory.resolve("a"), "1");
            Files.writeString(Files.createDirectories(directory.resolve("x/y")).resolve("b"), "1");
        });
        assertThat(target.resolve("x/y/b")).content().isEqualTo("1");

        AtomicFiles.writeDirectory(target, directory -> {
            assertThat(target.resolve("a"))
                    .as("the former version while the new one is written")
                    .exists();
            AtomicFiles.writeString(directory.resolve("c"), "2");
        });
        assertThat(target).isDirectoryContaining("glob:**/c").isDirectoryNotContaining("glob:**/{a,x}");
        assertOnlyTarget();
    }

    @Test
    void failingCallbackLeavesTheFormerVersion() {
        write("former");

        assertThatThrownBy(() -> AtomicFiles.writeDirectory(target, directory -> {
                    Files.writeString(directory.resolve("value"), "half");
                    throw new IOException("boom");
                }))
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll(target.toString(), "boom");

        assertThat(target.resolve("value")).content().isEqualTo("former");
        assertOnlyTarget();
    }

    @Test
    void linkIsFollowed() throws IOException {
        write("former");
        Path link = Files.createSymbolicLink(parent.resolve("latest"), target);

        AtomicFiles.writeDirectory(link, directory -> Files.writeString(directory.resolve("value"), "new"));

        assertThat(link).isSymbolicLink();
        assertThat(target.resolve("value")).content().isEqualTo("new");
    }

    @Test
    void fileInTheWayAndMissingParentAreNamed() throws IOException {
        Files.writeString(target, "");
        assertThatThrownBy(() -> write("x"))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(target.toString(), "a file has that name");

        Path lost = parent.resolve("lost/epoch_0");
        assertThatThrownBy(() -> AtomicFiles.writeDirectory(lost, directory -> {}))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(lost.toString(), "does not exist");
    }

    @Test
    void killWhileWritingIsCleaned() throws IOException {
        write("former");
        half();

        assertThat(AtomicFiles.recover(parent)).isEmpty();

        assertThat(target.resolve("value")).content().isEqualTo("former");
        assertOnlyTarget();
    }

    @Test
    void killBetweenTheRenamesIsRestored() throws IOException {
        write("former");
        Files.move(target, old());
        half();

        assertThat(AtomicFiles.recover(parent)).containsExactly(target);

        assertThat(target.resolve("value")).content().isEqualTo("former");
        assertOnlyTarget();
    }

    @Test
    void killBetweenTheRenamesIsRestoredByTheNextWrite() throws IOException {
        write("former");
        Files.move(target, old());
        half();

        AtomicFiles.writeDirectory(target, directory -> {
            assertThat(target.resolve("value")).content().isEqualTo("former");
            Files.writeString(directory.resolve("value"), "new");
        });

        assertThat(target.resolve("value")).content().isEqualTo("new");
        assertOnlyTarget();
    }

    @Test
    void killAfterTheRenamesIsCleaned() throws IOException {
        write("former");
        Files.move(target, old());
        write("new, written before the former one could be deleted");
        Files.createDirectory(old());
        Files.writeString(old().resolve("value"), "former");

        assertThat(AtomicFiles.recover(parent)).isEmpty();

        assertThat(target.resolve("value")).content().startsWith("new");
        assertOnlyTarget();
    }

    @Test
    void deletionDoesNotFollowLinks() throws IOException {
        Path precious = Files.createDirectory(parent.resolve("precious"));
        Files.writeString(precious.resolve("data"), "keep");
        Files.createDirectory(old());
        Files.createSymbolicLink(old().resolve("link"), precious);
        write("x");

        assertThat(old()).doesNotExist();
        assertThat(precious.resolve("data")).exists();
    }

    @Test
    void recoveringAMissingDirectoryDoesNothing() {
        assertThat(AtomicFiles.recover(parent.resolve("never-made"))).isEmpty();
    }

    private void write(String value) {
        AtomicFiles.writeDirectory(target, directory -> Files.writeString(directory.resolve("value"), value));
    }

    private void half() throws IOException {
        Path half = Files.createDirectory(AtomicFilesTest.leftoverIn(parent, "epoch_0", DEAD, 1, "tmp"));
        Files.writeString(half.resolve("value"), "half");
    }

    private Path old() {
        return AtomicFilesTest.leftoverIn(parent, "epoch_0", DEAD, 2, "old");
    }

    private void assertOnlyTarget() {
        assertThat(parent).isDirectoryNotContaining(path -> !path.equals(target));
    }
}
