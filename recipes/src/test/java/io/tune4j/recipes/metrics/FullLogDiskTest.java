// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.MetricLoggerProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fills while metrics are written is a lack of room, not a mistake in the config. Only the superuser can make a small disk. */
class FullLogDiskTest {
    private static final int MORE_LINES_THAN_FIT = 5000;

    @TempDir
    Path disk;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=64k", "none", disk.toString()))
                .as("a small disk could be mounted")
                .isTrue();
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        run("umount", disk.toString());
    }

    @Test
    void jsonLinesSayThatTheDiskIsFull() {
        fill(resumed -> new DiskLogger(disk.resolve("metrics.jsonl"), resumed), "metrics.jsonl");
    }

    @Test
    void tensorBoardsEventsSayThatTheDiskIsFull() {
        fill(resumed -> new TensorBoardLogger(disk, false, resumed), "events.out");
    }

    private void fill(MetricLoggerProvider provider, String file) {
        MetricLogger logger = provider.open(0);
        assertThatThrownBy(() -> {
                    try (logger) {
                        for (int step = 0; step < MORE_LINES_THAN_FIT; step++) {
                            logger.log(step, Map.of("loss", 1.0));
                        }
                    }
                })
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll(file, "metric_logger.log_dir", "the disk is full", disk.toString());
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
