// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.app.distribution.Tune.Result;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More records than the heap could hold, and the second run, which need not read them. */
class LargeDataDistributionTest {
    private static final int RECORDS = 200_000;

    @TempDir
    private Path folder;

    @Test
    void recordsNeedNotFitIntoTheHeap() throws IOException, InterruptedException {
        Path file = folder.resolve("large.jsonl");
        // 90 bytes of text in each, which on the heap would be objects of several hundred.
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (int i = 0; i < RECORDS; i++) {
                writer.write("{\"instruction\": \"Say the number.\", \"input\": \"" + i + "\", \"output\": \"It is " + i
                        + ", as you said.\"}\n");
            }
        }
        Map<String, String> small = Map.of(
                "TUNE4J_OPTS",
                "-Xmx64m",
                "TUNE4J_CACHE",
                folder.resolve("cache").toString());
        Result first = run(small, file, "first");
        assertThat(first.exitCode()).as(first.output()).isZero();
        assertThat(first.output()).contains(RECORDS + " records of large.jsonl");
        Result second = run(small, file, "second");
        assertThat(second.exitCode()).as(second.output()).isZero();
        assertThat(second.output()).contains("the tokens are in " + folder.resolve("cache"));
        assertThat(second.output()).as("nothing is tokenized again").doesNotContain("tokenizing dataset");
    }

    private Result run(Map<String, String> environment, Path file, String output)
            throws IOException, InterruptedException {
        return Tune.run(
                Tune.HOME,
                environment,
                folder,
                "run",
                "lora_finetune_single_device",
                "--config",
                "quickstart",
                "dataset.data_files=" + file,
                "~dataset_val",
                "~samples",
                "log_level=DEBUG",
                "max_steps=1",
                "output_dir=" + folder.resolve(output));
    }
}
