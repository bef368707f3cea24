// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    // Larger than any system's process ids.
    private static final long DEAD = 99_999_999_999L;

    @TempDir
    Path directory;

    private Path target;

    @BeforeEach
    void setTarget() {
        target = directory.resolve("state.json");
    }

    @Test
    void fileIsWrittenAndReplaced() {
        AtomicFiles.writeString(target, "first é");
        assertThat(target).content(StandardCharsets.UTF_8).isEqualTo("first é");

        AtomicFiles.write(target, out -> {
            out.write('2');
            out.write("nd".getBytes(StandardCharsets.UTF_8));
        });
        assertThat(target).content().isEqualTo("2nd");
        assertOnlyTarget();
    }

    @Test
    void formerContentStandsUntilTheCommit() {
        AtomicFiles.writeString(target, "former");

        try (AtomicFile file = AtomicFile.create(target, 3)) {
            file.write(ByteBuffer.wrap(new byte[] {'n', 'e', 'w'}));
            assertThat(file.size()).isEqualTo(3);
            assertThat(target).content().isEqualTo("former");
            file.commit();
            assertThat(target).content().isEqualTo("new");
            assertThatThrownBy(file::commit).isInstanceOf(InternalException.class);
        }
        assertOnlyTarget();
    }

    @Test
    void failingCallbackLeavesTheFormerContent() {
        AtomicFiles.writeString(target, "former");

        assertThatThrownBy(() -> AtomicFiles.write(target, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("tokens ran out");
                }))
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll(target.toString(), "tokens ran out");
        assertThatThrownBy(() -> AtomicFiles.write(target, out -> {
                    throw new IllegalStateException("callback");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(target).content().isEqualTo("former");
        assertOnlyTarget();
    }

    @Test
    void sourceThatACallbackMissesIsNamed() {
        Path source = Path.of("/no-such-directory/config.json");

        assertThatThrownBy(() -> AtomicFiles.write(target, out -> Files.copy(source, out)))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(target.toString(), source + ": does not exist");
    }

    @Test
    void linkIsFollowed() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);

        AtomicFiles.writeString(link, "through a dangling link");
        AtomicFiles.writeString(link, "through the link");

        assertThat(link).isSymbolicLink();
        assertThat(target).isRegularFile().content().isEqualTo("through the link");
    }

    @Test
    void leftoversOfKilledWritersOfThisTargetAreDeleted() throws IOException {
        Path mine = Files.writeString(leftover("state.json", DEAD, 1, "tmp"), "half");
        Path sameId =
                Files.writeString(leftover("state.json", ProcessHandle.current().pid(), 0, "tmp"), "half");
        Path tree =
                Files.createDirectories(leftover("state.json", DEAD, 2, "tmp").resolve("sub"));
        Path alive = Files.writeString(leftover("state.json", livingProcess(), 1, "tmp"), "in progress");
        Path others = Files.writeString(leftover("other.json", DEAD, 1, "tmp"), "half");
        Path unrelated = Files.writeString(directory.resolve(".state.json.tmp"), "the user's");

        AtomicFiles.writeString(target, "new");

        assertThat(mine).doesNotExist();
        assertThat(sameId).doesNotExist();
        assertThat(tree.getParent()).doesNotExist();
        assertThat(alive).exists();
        assertThat(others).exists();
        assertThat(unrelated).exists();
        AtomicFiles.recover(directory);
        assertThat(others).doesNotExist();
        assertThat(alive).exists();
        assertThat(unrelated).exists();
    }

    @Test
    void openFileOfThisProcessIsNotALeftover() {
        try (AtomicFile first = AtomicFile.create(target, 0)) {
            AtomicFiles.writeString(target, "second");
            AtomicFiles.recover(directory);
            first.write(ByteBuffer.wrap(new byte[] {'1'}));
            first.commit();
        }

        assertThat(target).content().isEqualTo("1");
        assertOnlyTarget();
    }

    @Test
    void placesThatCannotBeWrittenAreNamed() throws IOException {
        Path lost = directory.resolve("lost/state.json");
        assertThatThrownBy(() -> AtomicFiles.writeString(lost, ""))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(lost.toString(), "the directory " + lost.getParent() + " does not exist");

        Path occupied = Files.createDirectory(directory.resolve("occupied"));
        assertThatThrownBy(() -> AtomicFiles.writeString(occupied, ""))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(occupied.toString(), "is a directory");

        Path endless = directory.resolve("n".repeat(300));
        assertThatThrownBy(() -> AtomicFiles.writeString(endless, ""))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(endless.toString(), "choose another name");
        assertThatThrownBy(() -> AtomicFiles.writeString(Path.of("/"), "")).isInstanceOf(UserException.class);
    }

    static Path leftoverIn(Path directory, String name, long pid, int count, String kind) {
        return directory.resolve("." + name + "." + pid + "-" + count + ".tune4j-" + kind);
    }

    private Path leftover(String name, long pid, int count, String kind) {
        return leftoverIn(directory, name, pid, count, kind);
    }

    private static long livingProcess() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(1L);
    }

    private void assertOnlyTarget() {
        assertThat(directory).isDirectoryNotContaining(path -> !path.equals(target));
    }
}
