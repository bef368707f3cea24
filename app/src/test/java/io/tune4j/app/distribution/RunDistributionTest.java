// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs of the quick start from the built distribution. */
class RunDistributionTest {
    @TempDir
    Path folder;

    private String[] quickstart(String... overrides) {
        return Stream.concat(
                        Stream.of(
                                "run",
                                "lora_finetune_single_device",
                                "--config",
                                "quickstart",
                                "output_dir=" + folder.resolve("out"),
                                "~dataset_val",
                                "~samples",
                                "log_every_n_steps=1"),
                        Stream.of(overrides))
                .toArray(String[]::new);
    }

    @Test
    void aRunLeavesAnAdapterAMergedModelAndItsConfig() throws IOException, InterruptedException {
        Tune.Result result =
                Tune.run(folder, quickstart("--max_steps", "2", "--model.lora_attn_modules=[q_proj,", "v_proj]"));

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("step 2/2", "done: last loss", "5 projections in each of 6 layers");
        assertThat(result.output()
                        .lines()
                        .dropWhile(line -> !line.startsWith("done: "))
                        .mapToInt(line -> 1 + line.length() / 80)
                        .sum())
                .as("rows of the summary in a terminal of 80 columns and 24 rows")
                .isBetween(4, 24);
        Path out = folder.resolve("out");
        assertThat(out.resolve("adapter/adapter_model.safetensors")).exists();
        assertThat(out.resolve("merged/model.safetensors")).exists();
        assertThat(out.resolve("merged/tokenizer.json")).exists();
        assertThat(Files.readString(out.resolve("config.yaml")))
                .contains("lora_attn_modules: [q_proj, v_proj]", "override")
                .contains("quickstart.yaml:");

        assertThat(out.resolve("report.html")).content().contains("Tune4J", "\"state\":\"completed\"");
        assertThat(Files.readAllLines(out.resolve("journal.jsonl")))
                .as("a step's values are those of metrics.jsonl")
                .anySatisfy(line -> assertThat(line)
                        .contains(Files.readAllLines(out.resolve("logs/metrics.jsonl"))
                                .get(0)
                                .replaceFirst("\\{\"step\":\\d+,", "\"metrics\":{")));

        Tune.Result again = Tune.run(
                folder,
                "run",
                "lora_finetune_single_device",
                "--config",
                out.resolve("config.yaml").toString(),
                "output_dir=" + folder.resolve("again"));
        assertThat(again.exitCode()).as(again.output()).isZero();
        assertThat(folder.resolve("again/adapter/adapter_model.safetensors"))
                .hasBinaryContent(Files.readAllBytes(out.resolve("adapter/adapter_model.safetensors")));

        Tune.Result runs = Tune.run(folder, "runs", folder.toString());
        assertThat(runs.exitCode()).as(runs.output()).isZero();
        assertThat(runs.output()).contains("again", "completed", "best validation");
        Tune.Result compared = Tune.run(
                folder, "compare", out.toString(), folder.resolve("again").toString());
        assertThat(compared.exitCode()).as(compared.output()).isZero();
        assertThat(compared.output()).contains("(no setting differs)", "best validation loss");
        assertThat(Tune.run(folder, "report", folder.toString()).output())
                .contains("is not the output_dir of a run", "tune runs DIR");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void ctrlCSavesAndTheRunGoesOn() throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process process = Tune.start(log, List.of(quickstart("epochs=100")));
        waitFor(log, "step 3/");
        if (isIgnored(process, 2)) {
            process.destroyForcibly().waitFor();
            abort("this build was started with SIGINT ignored, as by nohup in the background, and what it starts"
                    + " inherits that");
        }
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .start()
                .waitFor();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(130);
        assertThat(Files.readString(log)).contains("stopped after step", "resume_from_checkpoint=True");
        assertThat(folder.resolve("out/report.html")).content().contains("\"state\":\"stopped\"");
        Path checkpoints = folder.resolve("out/checkpoints");
        assertThat(checkpoints).isDirectoryContaining("glob:**/step_*");

        Tune.Result resumed = Tune.run(
                folder,
                "run",
                "lora_finetune_single_device",
                "--config",
                folder.resolve("out/config.yaml").toString(),
                "resume_from_checkpoint=True",
                "max_steps=40");
        assertThat(resumed.exitCode()).as(resumed.output()).isZero();
        assertThat(resumed.output()).contains("resuming   after step", "step 40/40");
    }

    /** A terminal that closes sends it twice; systemd sends it right after SIGTERM. */
    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aHangUpSavesLikeATermination() throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process process = Tune.start(log, List.of(quickstart("epochs=100")));
        waitFor(log, "step 3/");
        if (isIgnored(process, 1)) {
            process.destroyForcibly().waitFor();
            abort("this build was started with SIGHUP ignored, as by nohup, and what it starts inherits that");
        }
        for (int i = 0; i < 2; i++) {
            new ProcessBuilder("kill", "-HUP", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(129);
        assertThat(Files.readString(log)).contains("stopped after step", "resume_from_checkpoint=True");
        assertThat(folder.resolve("out/checkpoints")).isDirectoryContaining("glob:**/step_*");
    }

    /** Another process, which the first one's lock and not its memory keeps out. */
    @Test
    void aSecondProcessIsRefusedWhileTheFirstRuns() throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process process = Tune.start(log, List.of(quickstart("epochs=100")));
        try {
            waitFor(log, "step 1/");
            for (String resume : List.of("True", "False")) {
                Tune.Result second = Tune.run(folder, quickstart("resume_from_checkpoint=" + resume));
                assertThat(second.exitCode()).as(second.output()).isEqualTo(2);
                assertThat(second.output())
                        .contains("is in use by process ", "started ", "choose another output_dir")
                        .doesNotContain("were moved");
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        Tune.Result next = Tune.run(folder, quickstart("max_steps=1", "save_adapter_weights_only=True"));
        assertThat(next.exitCode()).as(next.output()).isZero();
        assertThat(next.output()).contains("ended without notice");
    }

    /** Also where the folder of jars is a link: the JVM would otherwise see each package twice. */
    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aRunKeepsItsClassesForTheNextStart() throws IOException, InterruptedException {
        Path lib = Tune.HOME.resolve("lib");
        try (DirectoryStream<Path> archives = Files.newDirectoryStream(lib, "classes-*")) {
            for (Path archive : archives) {
                Files.delete(archive);
            }
        }
        Path home = Tune.installation(folder.resolve("home"));
        try {
            for (Path each : List.of(Tune.HOME, home, home, Tune.HOME)) {
                Tune.Result result =
                        Tune.run(each, Map.of(), folder, quickstart("max_steps=1", "save_adapter_weights_only=True"));
                assertThat(result.exitCode()).as(result.output()).isZero();
                assertThat(result.output())
                        .doesNotContainIgnoringCase("archive")
                        .doesNotContain("CDS");
                assertThat(lib).isDirectoryContaining("glob:**/classes-*.jsa*");
            }
        } finally {
            Tune.unlink(home);
        }
        assertThat(lib).isDirectoryContaining("glob:**/classes-*.jsa");
    }

    private static boolean isIgnored(Process process, int signal) throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        if (!Files.exists(status)) {
            return false;
        }
        String ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElse("SigIgn: 0");
        long mask = Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).strip(), 16);
        return (mask & 1L << (signal - 1)) != 0;
    }

    /** Every ragged batch has sizes of its own, of which libraries like to remember something; the launcher limits that. */
    @Test
    void memoryDoesNotGrowWithTheSizesOfBatches() throws IOException, InterruptedException {
        Tune.Result result =
                Tune.run(folder, quickstart("max_steps=40", "dtype=fp32", "save_adapter_weights_only=True"));
        assertThat(result.exitCode()).as(result.output()).isZero();
        List<Double> anonymous = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("out/logs/metrics.jsonl"))) {
            JsonNode value = new ObjectMapper().readTree(line).path("memory_anonymous");
            if (value.isNumber()) {
                anonymous.add(value.doubleValue());
            }
        }
        assertThat(anonymous).hasSize(40);
        // In GiB; without limits it grows by half a GiB.
        assertThat(anonymous.get(39)).as("%s", anonymous).isLessThan(anonymous.get(11) + 0.15);
    }

    @Test
    @Timeout(300)
    void aKillLeavesTheLastSavedStateAndIsSeen() throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process process = Tune.start(log, List.of(quickstart("epochs=100", "save_every_n_steps=1")));
        Path watchLog = folder.resolve("watch.log");
        Process watch = Tune.start(watchLog, List.of("watch", folder.toString(), "--port", "0"));
        try {
            waitFor(watchLog, "Ctrl-C");
            waitFor(log, "step 6/");
            awaitWatched(watchLog, "running");
            process.destroyForcibly().waitFor();
            awaitWatched(watchLog, "killed");
        } finally {
            process.destroyForcibly();
            watch.destroyForcibly().waitFor();
        }

        Tune.Result runs = Tune.run(folder, "runs", folder.toString());
        assertThat(runs.output()).containsPattern("out +killed +[6-9]/\\d+ +\\d\\.\\d{4}");
        Path out = folder.resolve("out");
        assertThat(out.resolve("report.html"))
                .as("the page of a run that is killed is one that was written during the run")
                .content()
                .contains("\"state\":\"running\"");
        Tune.Result report = Tune.run(folder, "report", out.toString());
        assertThat(report.exitCode()).as(report.output()).isZero();
        assertThat(out.resolve("report.html"))
                .content()
                .contains("\"state\":\"killed\"", "The process ended without a word", "resume_from_checkpoint=True")
                .contains("\"phase\":\"training\"");

        Tune.Result resumed = Tune.run(
                folder,
                quickstart(
                        "epochs=100", "resume_from_checkpoint=True", "max_steps=9", "save_adapter_weights_only=True"));
        assertThat(resumed.exitCode()).as(resumed.output()).isZero();
        assertThat(resumed.output())
                .containsPattern("resuming   after step [5-8],")
                .contains("step 9/9");
    }

    /** Waits until the page of {@code tune watch} is told that its only run is in a state. */
    private static void awaitWatched(Path log, String state) throws IOException, InterruptedException {
        Matcher address = Pattern.compile("http://\\S+/").matcher(Files.readString(log));
        assertThat(address.find()).isTrue();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(address.group() + "events")).build();
        try (Stream<String> lines =
                HttpClient.newHttpClient().send(request, BodyHandlers.ofLines()).body()) {
            assertThat(lines.anyMatch(line -> line.contains("\"state\":\"" + state + "\"")))
                    .isTrue();
        }
    }

    private static void waitFor(Path log, String text) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!Files.exists(log) || !Files.readString(log).contains(text)) {
            assertThat(System.nanoTime()).as("no '%s' yet", text).isLessThan(end);
            Thread.sleep(50);
        }
    }

    /** A file system of 2 MiB, where the machine lets the test mount one. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsFoundBeforeTraining() throws IOException, InterruptedException {
        Path small = Files.createDirectory(folder.resolve("small"));
        int mounted = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small.toString())
                .redirectErrorStream(true)
                .start()
                .waitFor();
        assumeTrue(mounted == 0, "this user may not mount a small file system");
        try {
            Tune.Result result = Tune.run(folder, quickstart("output_dir=" + small.resolve("out"), "max_steps=1"));
            assertThat(result.output())
                    .contains("not enough disk space", "needed", "free")
                    .doesNotContain("\tat ");
            assertThat(result.exitCode()).isEqualTo(4);
        } finally {
            new ProcessBuilder("umount", small.toString()).start().waitFor();
        }
    }
}
