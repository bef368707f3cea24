// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose half-written files are settled, and whose are left alone. */
class LeftoversTest {
    private static final long DEAD = 99_999_999_999L;

    @TempDir
    Path parent;

    private Path leftover(String place, long pid) throws IOException {
        return Files.writeString(
                parent.resolve(".adapter." + place + pid + "-1" + TemporaryName.SUFFIX), "half of something");
    }

    private Settled settle(boolean sole) {
        return Settled.in(parent, name -> true, name -> sole);
    }

    @Test
    void aWriterOnAnotherMachineIsLeftAloneUntilItIsSilentForLong() throws IOException {
        Path theirs = leftover("00000000-", DEAD);
        assertThat(settle(false).isEmpty()).isTrue();
        assertThat(theirs).exists();
        Files.setLastModifiedTime(theirs, FileTime.from(Instant.now().minus(Duration.ofDays(8))));
        assertThat(settle(false).deleted()).containsExactly(theirs);
    }

    @Test
    void whoHasTheLockSettlesWhateverItDoesNotWriteItself() throws IOException {
        Path theirs = leftover("00000000-", ProcessHandle.current().pid());
        try (PendingDirectory own = PendingDirectory.prepare(parent.resolve("merged"), folder -> {})) {
            assertThat(settle(true).deleted()).containsExactly(theirs);
            own.finish();
        }
        assertThat(parent.resolve("merged")).isDirectory();
    }

    @Test
    void anIdThatWasGivenAgainDoesNotKeepALeftover() throws IOException {
        long alive = ProcessHandle.current().parent().orElseThrow().pid();
        Path theirs = leftover("", alive);
        assertThat(settle(false).isEmpty()).as("may be its writer").isTrue();
        Files.setLastModifiedTime(theirs, FileTime.from(Instant.EPOCH));
        assertThat(settle(false).deleted()).containsExactly(theirs);
    }

    /** As in a container, where processes are numbered from 1 each time. */
    @Test
    void aProcessWithTheIdOfAKilledOneTakesOtherNames() throws IOException {
        Path first = AtomicFiles.reserveTemporary(parent.resolve("x"));
        AtomicFiles.deleteTemporary(first);
        long next = Long.parseLong(first.getFileName().toString().replaceAll(".*-(\\d+)\\..*", "$1")) + 1;
        Path same = parent.resolve(first.getFileName().toString().replaceAll("-\\d+\\.tune", "-" + next + ".tune"));
        Files.createDirectory(same);
        Path taken = AtomicFiles.reserveTemporary(parent.resolve("x"));
        assertThat(taken).isNotEqualTo(same);
        AtomicFiles.deleteTemporary(taken);
        assertThat(settle(false).deleted()).containsExactly(same);
    }

    @Test
    void whatIsDeletedIsGoneUnderItsNameAtOnce() throws IOException {
        Path state = Files.createDirectories(parent.resolve("step_000002/x")).getParent();
        AtomicFiles.deleteDirectory(state);
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void theAccountNamesEverything() throws IOException {
        Path half = leftover("", DEAD);
        Path old = Files.writeString(parent.resolve(".best." + DEAD + "-2" + TemporaryName.OLD_SUFFIX), "complete");
        assertThat(settle(false).describe()).isEqualTo("deleted " + half + "; restored " + parent.resolve("best"));
        assertThat(old).doesNotExist();
    }
}
