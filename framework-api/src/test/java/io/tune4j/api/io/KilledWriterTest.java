// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer in another process is killed at random moments; what it leaves must be whole after recovery. */
class KilledWriterTest {
    private static final int KILLS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path parent;

    @Test
    void aCompleteVersionSurvivesEveryKill() throws IOException, InterruptedException {
        Random random = new Random(11);
        for (int kill = 0; kill < KILLS; kill++) {
            Files.deleteIfExists(parent.resolve("latest"));
            Process writer = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-Xshare:auto",
                            "-cp",
                            System.getProperty("java.class.path"),
                            KilledWriter.class.getName(),
                            parent.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                awaitFirstVersion(writer);
                Thread.sleep(random.nextInt(60));
            } finally {
                writer.destroyForcibly().waitFor();
            }

            AtomicFiles.recover(parent);
            assertThat(names(parent)).containsExactly("checkpoint", "latest");
            assertThat(names(parent.resolve("checkpoint"))).hasSize(KilledWriter.PARTS);
            Set<String> versions = new HashSet<>();
            for (String part : names(parent.resolve("checkpoint"))) {
                versions.add(Files.readString(parent.resolve("checkpoint").resolve(part)));
            }
            assertThat(versions).hasSize(1);
            String latest = Files.readString(parent.resolve("latest"));
            assertThat(latest)
                    .isEqualTo(latest.substring(0, latest.length() / 1000).repeat(1000));
        }
    }

    private void awaitFirstVersion(Process writer) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(parent.resolve("latest"))) {
            if (!writer.isAlive() || System.nanoTime() > deadline) {
                fail("the writer wrote nothing");
            }
            Thread.sleep(5);
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
