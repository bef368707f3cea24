// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs with several workers, each a process, from the built distribution. */
@EnabledOnOs(OS.LINUX)
class WorkersDistributionTest {
    private static final String RECIPE = "lora_finetune_distributed";

    /** How often a worker is killed; {@code -Dtests.excluded= -Dtune4j.kills=50} for a campaign. */
    private static final int KILLS = Integer.getInteger("tune4j.kills", 2);

    private static final long LONGEST_SECONDS = 120;

    @TempDir
    Path folder;

    private List<String> command(int workers, String name, String... overrides) {
        List<String> command = new ArrayList<>(List.of(
                "run",
                "--nnodes",
                "1",
                "--nproc_per_node",
                String.valueOf(workers),
                RECIPE,
                "--config",
                "quickstart",
                "output_dir=" + folder.resolve(name),
                "~dataset_val",
                "~samples",
                "log_every_n_steps=1",
                "batch_size=1",
                "micro_batches_per_step=4",
                "num_threads=1",
                "dtype=fp32",
                "save_adapter_weights_only=True"));
        command.addAll(List.of(overrides));
        return command;
    }

    private Tune.Result run(int workers, String name, String... overrides) throws IOException, InterruptedException {
        return Tune.run(folder, command(workers, name, overrides).toArray(String[]::new));
    }

    private List<Double> losses(String name) throws IOException {
        List<Double> losses = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(name).resolve("logs/metrics.jsonl"))) {
            if (line.contains("\"loss\"")) {
                losses.add(new ObjectMapper().readTree(line).get("loss").asDouble());
            }
        }
        return losses;
    }

    private byte[] adapter(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name).resolve("adapter/adapter_model.safetensors"));
    }

    @Test
    void processesHaveTheBitsOfOneProcess() throws IOException, InterruptedException {
        for (int workers : new int[] {1, 2, 4}) {
            Tune.Result result = run(workers, "w" + workers, "max_steps=20");
            assertThat(result.exitCode()).as(result.output()).isZero();
            assertThat(result.output())
                    .contains("step 20/20", "done: last loss")
                    .as("c10d warns of each second that it waits")
                    .doesNotContain("[c10d]");
            if (workers > 1) {
                assertThat(result.output()).contains("workers 0 to " + (workers - 1) + " of " + workers);
            }
            assertThat(result.output().lines().filter(line -> line.contains("step 20/20")))
                    .as("the lines of rank 0 alone")
                    .hasSize(1);
        }
        assertThat(losses("w1")).hasSize(20);
        assertThat(losses("w2")).isEqualTo(losses("w1"));
        assertThat(losses("w4")).isEqualTo(losses("w1"));
        assertThat(adapter("w2")).isEqualTo(adapter("w1"));
        assertThat(adapter("w4")).isEqualTo(adapter("w1"));
    }

    /** Wherever a worker is killed, all end soon, and a resumed run has the losses of one that nothing happened to. */
    @Test
    @Tag("exhaustive")
    void aKilledWorkerEndsAllAndTheRunGoesOn() throws IOException, InterruptedException {
        String[] options = {"max_steps=60", "save_every_n_steps=10"};
        Tune.Result whole = run(1, "whole", options);
        assertThat(whole.exitCode()).as(whole.output()).isZero();
        Random random = new Random(5);
        for (int i = 0; i < KILLS; i++) {
            String name = "killed" + i;
            int rank = i % 2;
            String output = kill(name, rank, random.nextInt(45), random.nextInt(300), options);
            boolean saved = hasState(folder.resolve(name).resolve("checkpoints"));
            Tune.Result resumed = run(
                    1 + random.nextInt(2),
                    name,
                    Stream.concat(Stream.of(options), Stream.of("resume_from_checkpoint=" + (saved ? "True" : "False")))
                            .toArray(String[]::new));
            assertThat(resumed.exitCode()).as(output + resumed.output()).isZero();
            assertThat(adapter(name)).as(name).isEqualTo(adapter("whole"));
        }
    }

    private static boolean hasState(Path checkpoints) throws IOException {
        if (!Files.isDirectory(checkpoints)) {
            return false;
        }
        try (Stream<Path> states = Files.list(checkpoints)) {
            return states.anyMatch(state -> state.getFileName().toString().matches("step_\\d+"));
        }
    }

    /** Kills one of two workers a while after a step, and returns what was printed until all had ended. */
    private String kill(String name, int rank, int step, int millis, String... options)
            throws IOException, InterruptedException {
        Path log = folder.resolve(name + ".log");
        Process launcher = Tune.start(Tune.HOME, Map.of(), log, command(2, name, options));
        waitFor(launcher, log, step == 0 ? "backend    " : "step " + step + "/");
        Thread.sleep(millis);
        ProcessHandle worker = launcher.children()
                .filter(child -> told(child).contains("\0RANK=" + rank + "\0"))
                .findFirst()
                .orElseThrow();
        worker.destroyForcibly();
        if (!launcher.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            launcher.destroyForcibly();
            throw new AssertionError("the others did not end: " + Files.readString(log));
        }
        String output = Files.readString(log, StandardCharsets.UTF_8);
        assertThat(output).contains("worker " + rank + " (process " + worker.pid() + ") was ended by signal 9");
        assertThat(launcher.exitValue()).as(output).isEqualTo(137);
        assertThat(launcher.descendants()).isEmpty();
        return output;
    }

    private static String told(ProcessHandle process) {
        try {
            return "\0" + Files.readString(Path.of("/proc", String.valueOf(process.pid()), "environ"));
        } catch (IOException e) {
            return "";
        }
    }

    private static void waitFor(Process process, Path log, String text) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
        while (!Files.readString(log).contains(text)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new AssertionError("'" + text + "' was not printed: " + Files.readString(log));
            }
            Thread.sleep(20);
        }
    }
}
