// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.app.distribution.Tune.Result;
import io.tune4j.testkit.hub.HubContent;
import io.tune4j.testkit.hub.LocalHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tune download}, and data sets of the hub, in processes of their own against a server on this machine. */
class DownloadDistributionTest {
    private static final String MODEL = "meta-llama/Tiny-Llama";
    private static final Path QUICKSTART = Tune.HOME.resolve("configs/quickstart");

    @TempDir
    private Path folder;

    private LocalHub hub;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void start() throws IOException {
        hub = LocalHub.start()
                .add(MODEL, HubContent.of(QUICKSTART.resolve("model")).largeFrom(100_000));
        environment.put("HF_ENDPOINT", hub.endpoint().toString());
        environment.put("HF_HOME", folder.resolve("home").toString());
        environment.put("TUNE4J_CACHE", folder.resolve("cache").toString());
        environment.put("HF_TOKEN", "");
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private Result tune(String... arguments) throws IOException, InterruptedException {
        return Tune.run(Tune.HOME, environment, folder, arguments);
    }

    private Result download(String id, String... more) throws IOException, InterruptedException {
        List<String> all = Stream.concat(
                        Stream.of(
                                "download",
                                id,
                                "--output-dir",
                                folder.resolve("model").toString()),
                        Stream.of(more))
                .toList();
        return tune(all.toArray(String[]::new));
    }

    private static void assertRefused(Result result, int code, String... parts) {
        assertThat(result.exitCode()).as(result.output()).isEqualTo(code);
        assertThat(result.output()).contains(parts).doesNotContain("\tat ");
    }

    @Test
    void aDownloadedModelTrains() throws IOException, InterruptedException {
        Path model = folder.resolve("model");
        Result result = download(MODEL, "--ignore-patterns", "LICENSE*,*.md");
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output())
                .contains("leaving out LICENSE*, *.md", "model.safetensors", "files in " + model)
                .doesNotContain("\u001b");
        assertThat(model.resolve("model.safetensors"))
                .hasSameBinaryContentAs(QUICKSTART.resolve("model/model.safetensors"));
        assertThat(model.resolve("repo_id.json")).content().contains(MODEL);
        try (Stream<Path> files = Files.walk(model)) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".incomplete"));
        }
        assertThat(download(MODEL, "--ignore-patterns", "LICENSE*,*.md").output())
                .contains("there already")
                .doesNotContain("downloading");
        Path out = folder.resolve("out");
        Result run = tune(
                "run",
                "lora_finetune_single_device",
                "--config",
                "quickstart",
                "checkpointer.checkpoint_dir=" + model,
                "max_steps=1",
                "output_dir=" + out);
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(out.resolve("adapter/adapter_config.json")).content().contains(MODEL);
    }

    @Test
    void refusalsAreToldApartAndKeepTheToken() throws IOException, InterruptedException {
        hub.add("meta-llama/Gated", HubContent.of(QUICKSTART.resolve("model")).gated());
        hub.add("me/private", HubContent.of(QUICKSTART.resolve("model")).hidden());
        assertRefused(download("meta-llama/Gated"), 2, "gated", hub.endpoint() + "/meta-llama/Gated", "HF_TOKEN");
        assertRefused(
                download("meta-llama/Gated", "--hf-token", HubContent.TOKEN_WITHOUT_ACCESS),
                2,
                "gated",
                hub.endpoint() + "/meta-llama/Gated");
        assertRefused(download("me/private"), 2, "me/private", "private");
        Result wrong = download(MODEL, "--hf-token", "hf_wrongwrongwrong");
        assertRefused(wrong, 2, "--hf-token", "/settings/tokens");
        assertThat(wrong.output()).doesNotContain("hf_wrong");
        Result broken = download(MODEL, "--hf-token", "hf_secret\nX-Header: 1");
        assertRefused(broken, 2, "--hf-token", "a line break");
        assertThat(broken.output()).doesNotContain("hf_secret");
        environment.put("HF_TOKEN", HubContent.TOKEN);
        Result granted = download("meta-llama/Gated");
        assertThat(granted.exitCode()).as(granted.output()).isZero();
        assertThat(granted.output()).doesNotContain(HubContent.TOKEN);
        assertRefused(download(MODEL, "--revision", "v9"), 2, "v9");
        assertRefused(download(MODEL, "--allow-patterns", "*.gguf"), 2, "no file of", "model.safetensors");
        assertRefused(download("a/b/c"), 2, "a/b/c", "OWNER/NAME");
        assertRefused(download(MODEL, "--source", "kaggle"), 2, "kaggle", "only the Hugging Face Hub");
    }

    @Test
    void namesOfTheServerStayInTheFolder() throws IOException, InterruptedException {
        hub.add("evil/names", new HubContent().file("../escaped.txt", new byte[] {1}));
        assertRefused(download("evil/names"), 3, "../escaped.txt");
        assertThat(folder.resolve("escaped.txt")).doesNotExist();
    }

    @Test
    void killedInTheMiddleItGoesOn() throws IOException, InterruptedException {
        // Two parts, the second of which is there long before the first.
        byte[] bytes = new byte[20 << 20];
        new Random(1).nextBytes(bytes);
        hub.add("big/model", new HubContent().file("model.safetensors", bytes));
        hub.faults().slow(10);
        Path model = folder.resolve("model");
        Path log = folder.resolve("killed.log");
        Process process = Tune.start(
                Tune.HOME, environment, log, List.of("download", "big/model", "--output-dir", model.toString()));
        Path record = model.resolve("model.safetensors.incomplete.parts");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(record) || Files.readAllLines(record).size() < 2) {
            assertThat(System.nanoTime()).as("a download under way").isLessThan(deadline);
            Thread.sleep(20);
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        assertThat(model.resolve("model.safetensors")).doesNotExist();
        assertThat(model.resolve("model.safetensors.incomplete")).exists();

        hub.faults().slow(0);
        int before = hub.requests().size();
        Result again = download("big/model");
        assertThat(again.exitCode()).as(again.output()).isZero();
        assertThat(model.resolve("model.safetensors")).hasBinaryContent(bytes);
        assertThat(record).doesNotExist();
        long asked = hub.requests().subList(before, hub.requests().size()).stream()
                .filter(seen -> seen.server().equals("storage"))
                .mapToLong(seen -> length(seen.range()))
                .sum();
        // Bytes recorded before the kill are not requested again, not even within a part.
        assertThat(asked).isPositive().isLessThanOrEqualTo(bytes.length - (256L << 10));
    }

    /** How many bytes a range such as {@code bytes=0-99} has. */
    private static long length(String range) {
        String[] ends = range.substring(range.indexOf('=') + 1).split("-");
        return Long.parseLong(ends[1]) - Long.parseLong(ends[0]) + 1;
    }

    @Test
    void dataSetsOfTheHubAreKept() throws IOException, InterruptedException {
        byte[] records = ("[{\"instruction\": \"Say it\", \"input\": \"\", \"output\": \"it\"},"
                        + " {\"instruction\": \"Say that\", \"input\": \"\", \"output\": \"that\"}]")
                .getBytes(StandardCharsets.UTF_8);
        hub.add("datasets/yahma/alpaca-cleaned", new HubContent().file("alpaca_data_cleaned.json", records));
        assertRunsOn("first");
        hub.close();
        assertRunsOn("without the hub");
        environment.put("TUNE4J_CACHE", folder.resolve("another").toString());
        assertRefused(train("nothing kept"), 4, "yahma/alpaca-cleaned");
    }

    private void assertRunsOn(String name) throws IOException, InterruptedException {
        Result run = train(name);
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("2 records");
    }

    private Result train(String name) throws IOException, InterruptedException {
        return tune(
                "run",
                "lora_finetune_single_device",
                "--config",
                "quickstart",
                "dataset={_component_: torchtune.datasets.alpaca_cleaned_dataset}",
                "max_steps=1",
                "batch_size=2",
                "~dataset_val",
                "~samples",
                "output_dir=" + folder.resolve(name));
    }

    @Test
    void dataSetsAreDownloadedByHandToo() throws IOException, InterruptedException {
        hub.add("datasets/a/b", new HubContent().file("data/train.jsonl", "{}\n".getBytes(StandardCharsets.UTF_8)));
        Result result = download("a/b", "--repo-type", "dataset");
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(folder.resolve("model/data/train.jsonl")).hasContent("{}\n");
        assertThat(folder.resolve("model/repo_id.json")).doesNotExist();
        assertRefused(download("a/b"), 2, "a/b");
    }
}
