// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
    private static final String ELSEWHERE =
            "process 4711\nhost far-away\nplace 00000000\nstarted 2026-01-02T03:04:05Z\n";

    @TempDir
    Path parent;

    private Path folder;
    private @Nullable Process other;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(parent.resolve("out"));
    }

    @AfterEach
    void endOther() throws InterruptedException {
        if (other != null) {
            other.destroyForcibly().waitFor();
        }
    }

    private void assertRefused(Path directory, String... parts) {
        assertThatThrownBy(() -> DirectoryLock.take(directory, "output_dir").close())
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(parts)
                .hasMessageContaining("output_dir");
    }

    @Test
    void aSecondRunOfOneProcessIsRefusedByWhateverPath() throws IOException {
        Path link = Files.createSymbolicLink(parent.resolve("link"), folder);
        try (DirectoryLock lock = DirectoryLock.take(folder, "output_dir")) {
            assertThat(lock.former()).isNull();
            String me = "process " + ProcessHandle.current().pid() + " on ";
            assertRefused(folder, me, "started ", "another run in this process");
            assertRefused(link, me);
            assertRefused(parent.resolve("out/../out"), me);
            DirectoryLock.take(parent, "output_dir").close();
        }
        DirectoryLock.take(link, "output_dir").close();
        assertThat(folder.resolve(".lock")).isEmptyFile();
    }

    @Test
    void oneFileOfADirectoryIsTakenByItself() {
        try (DirectoryLock directory = DirectoryLock.take(folder, "output_dir");
                DirectoryLock file = DirectoryLock.takeFile(folder.resolve("a.jsonl"), "log_dir")) {
            assertThatThrownBy(() -> DirectoryLock.takeFile(folder.resolve("a.jsonl"), "log_dir"))
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll("log_dir", "is in use by process", "choose another log_dir");
            DirectoryLock.takeFile(folder.resolve("b.jsonl"), "log_dir").close();
            assertThat(directory.former()).isNull();
            assertThat(file.former()).isNull();
        }
        assertThat(folder.resolve(".a.jsonl.lock")).isEmptyFile();
    }

    @Test
    void anotherProcessIsNamedAndARefusalTakesNothingFromIt() throws IOException {
        start();
        String its = "process " + running().pid() + " on " + ThisProcess.host();
        assertRefused(folder, its, "started ", "choose another output_dir");
        assertRefused(folder, its);
    }

    /** POSIX takes a process's locks on a file when it closes the file, by whatever descriptor. */
    @Test
    void aRefusalInsideTheProcessDoesNotLetOthersIn() throws IOException, InterruptedException {
        try (DirectoryLock lock = DirectoryLock.take(folder, "output_dir")) {
            assertRefused(folder, "another run in this process");
            Process attempt = launch();
            assertThat(attempt.waitFor()).isNotZero();
            assertThat(lock.former()).isNull();
        }
    }

    @Test
    void aKilledProcessHoldsNothing() throws IOException, InterruptedException {
        start();
        long pid = running().pid();
        running().destroyForcibly().waitFor();
        try (DirectoryLock lock = DirectoryLock.take(folder, "output_dir")) {
            assertThat(lock.former()).startsWith("process " + pid + " on ");
        }
    }

    @Test
    void onASharedDiskAnotherMachineIsBelieved() throws IOException {
        Files.writeString(folder.resolve(".lock"), ELSEWHERE);
        assertThatThrownBy(() -> DirectoryLock.take(folder, "output_dir", false))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(
                        "process 4711 on far-away (started 2026-01-02T03:04:05Z)",
                        "cannot be seen from " + ThisProcess.host(),
                        "shared disk",
                        "delete " + folder.toRealPath().resolve(".lock"));
        assertThat(folder.resolve(".lock")).content().isEqualTo(ELSEWHERE);
        Files.delete(folder.resolve(".lock"));
        DirectoryLock.take(folder, "output_dir", false).close();
    }

    /** Containers have names of their own for one machine, whose kernel knows all locks of its disks. */
    @Test
    void onADiskOfThisMachineTheLockAloneCounts() throws IOException {
        Files.writeString(folder.resolve(".lock"), ELSEWHERE);
        try (DirectoryLock lock = DirectoryLock.take(folder, "output_dir", true)) {
            assertThat(lock.former()).startsWith("process 4711 on far-away");
        }
    }

    @Test
    void aTextThatNamesNobodyIsNoObstacle() throws IOException {
        Files.writeString(folder.resolve(".lock"), "what is this");
        DirectoryLock.take(folder, "output_dir", false).close();
    }

    @Test
    void aHolderIsAliveWhileItsProcessIs() {
        assertThat(LockHolder.current().isAlive()).isTrue();
        LockHolder now = LockHolder.current();
        assertThat(new LockHolder(
                                now.pid(),
                                now.host(),
                                now.place(),
                                now.started().minusSeconds(60))
                        .isAlive())
                .as("an id that was given again")
                .isFalse();
        assertThat(LockHolder.parse(now.text())).isEqualTo(now);
    }

    private Process running() {
        if (other == null) {
            throw new AssertionError("not started");
        }
        return other;
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockingProcess.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private void start() throws IOException {
        other = launch();
        try (BufferedReader lines = running().inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).isEqualTo("locked");
        }
    }
}
