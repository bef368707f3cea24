// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.testkit.recipe.RecipeTrial;
import io.tune4j.testkit.toy.ToyCheckpoints;
import io.tune4j.testkit.toy.ToyDefinition;
import io.tune4j.testkit.toy.ToyPlugin;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The logger and a server that answers as MLflow's does, and sometimes not. */
@Timeout(60)
class MlflowLoggerTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private ServerSocket server;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile long pause;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread answers = new Thread(this::serve, "MLflow's part");
        answers.setDaemon(true);
        answers.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                answer(client);
            } catch (IOException e) {
                // The test has ended, or the client has.
                continue;
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private void answer(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        String path = line(in).replaceFirst("^\\S+ ([^ ?]*).*$", "$1");
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(header.replaceFirst(".*:\\s*", ""));
            }
        }
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        await(pause);
        byte[] bytes = answer(path, body).toString().getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + " x\r\nContent-Length: " + bytes.length + "\r\nConnection: close\r\n\r\n";
        client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().write(bytes);
    }

    private static void await(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    private ObjectNode answer(String path, String body) {
        ObjectNode answer = JSON.createObjectNode();
        if (status == 200) {
            asked.add(path.replaceFirst("/api/2.0/", "") + " " + body);
            if (path.endsWith("get-by-name")) {
                answer.putObject("experiment").put("experiment_id", "7");
            } else if (path.endsWith("runs/create") || path.endsWith("runs/get")) {
                answer.putObject("run")
                        .putObject("info")
                        .put("run_id", "r1")
                        .put("artifact_uri", "mlflow-artifacts:/7/r1/artifacts");
            }
        }
        return answer;
    }

    private MlflowLogger logger(boolean resumes) {
        URI uri = URI.create("http://127.0.0.1:" + server.getLocalPort());
        return new MlflowLogger(
                new MlflowServer(uri, null),
                new MlflowOptions(uri, "Default", null, "a run"),
                folder.resolve("mlflow-run.json"),
                resumes);
    }

    @Test
    void stepsThatFollowFastShareARequest() throws Exception {
        try (MlflowLogger logger = logger(false)) {
            for (int step = 1; step <= 20; step++) {
                logger.log(step, Map.of("loss", 1.0 / step));
                Thread.sleep(20);
            }
            logger.ended(Outcome.COMPLETED);
        }
        assertThat(asked.stream().filter(request -> request.startsWith("mlflow/runs/log-batch")))
                .hasSizeLessThanOrEqualTo(2)
                .last()
                .asString()
                .contains("\"step\":20");
    }

    @Test
    void sendsParamsMetricsTheConfigAndTheStatus() throws Exception {
        try (MlflowLogger logger = logger(false)) {
            logger.logConfig("model:\n  lora_rank: 8\ndata:\n  - a: 1\n");
            logger.log(1, Map.of("loss", 2.5));
            logger.log(2, Map.of("loss", Double.NaN));
            assertThat(logger.ended(Outcome.COMPLETED)).isEmpty();
        }
        assertThat(asked)
                .anyMatch(text -> text.startsWith("mlflow/runs/create") && text.contains("\"run_name\":\"a run\""))
                .anyMatch(text -> text.contains("{\"key\":\"model.lora_rank\",\"value\":\"8\"},{\"key\":\"data.0.a\""))
                .anyMatch(text -> text.startsWith("mlflow-artifacts/artifacts/7/r1/artifacts/config.yaml model:"))
                .anyMatch(text -> text.contains("\"step\":1,\"value\":2.5"))
                .anyMatch(text -> text.contains("\"step\":2,\"value\":\"NaN\""))
                .last()
                .asString()
                .contains("mlflow/runs/update", "FINISHED");
    }

    /** Each logger of the list keeps a file of the same name in the same folder. */
    @Test
    void loggersOfAListShareTheLogOnTheDisk() throws Exception {
        Path checkpoint = Files.createDirectories(folder.resolve("checkpoint"));
        ToyCheckpoints.write(checkpoint, new ToyDefinition(2, false, true));
        String config = String.join(
                "\n",
                "output_dir: " + folder.resolve("run"),
                "backend: java",
                "dtype: fp32",
                "model: {_component_: lora_toy, lora_rank: 2, lora_alpha: 4, target_modules: [q_proj]}",
                "tokenizer: {_component_: toy_tokenizer}",
                "checkpointer: {_component_: toy_checkpointer, checkpoint_dir: " + checkpoint + "}",
                "dataset: {_component_: toy_dataset, size: 6}",
                "optimizer: {_component_: AdamW, lr: 0.01}",
                "max_steps: 3",
                "metric_logger: [{_component_: MLFlowLogger, tracking_uri: 'http://127.0.0.1:" + server.getLocalPort()
                        + "'}, {_component_: DiskLogger}, {_component_: WandBLogger}]");
        RecipeTrial trial = new RecipeTrial(
                new RecipesPlugin().recipes().get(0),
                List.of(new ToyPlugin(), new RecipesPlugin(), new LoraPlugin()),
                config);
        assertThat(trial.run()).as(trial.printed()).isEqualTo(Outcome.COMPLETED);
        assertThat(Files.readAllLines(folder.resolve("run/logs/metrics.jsonl"))).hasSize(3);
        assertThat(asked).anyMatch(text -> text.contains("\"step\":3"));
    }

    @Test
    void aRunThatSaysNothingFailedAndAResumedOneGoesOn() throws Exception {
        logger(false).close();
        assertThat(asked).last().asString().contains("\"status\":\"FAILED\"");
        asked.clear();
        try (MlflowLogger logger = logger(true)) {
            logger.log(2, Map.of("loss", 2.0));
            logger.ended(Outcome.CANCELLED);
        }
        assertThat(asked).noneMatch(text -> text.startsWith("mlflow/runs/create"));
        assertThat(asked.get(0)).contains("\"run_id\":\"r1\",\"status\":\"RUNNING\"");
        assertThat(asked).last().asString().contains("\"status\":\"KILLED\"");
    }

    @Test
    void valuesWaitWhileTheServerIsAwayAndStepsDoNot() throws Exception {
        status = 503;
        try (MlflowLogger logger = logger(false)) {
            long start = System.nanoTime();
            for (int step = 1; step <= 3000; step++) {
                logger.log(step, Map.of("loss", (double) step, "lr", 0.1));
            }
            assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
            status = 200;
            assertThat(logger.ended(Outcome.COMPLETED)).isEmpty();
        }
        assertThat(sentMetrics()).isEqualTo(6000);
    }

    private long sentMetrics() throws IOException {
        long sent = 0;
        for (String text : asked) {
            if (text.startsWith("mlflow/runs/log-batch")) {
                JsonNode metrics =
                        JSON.readTree(text.substring(text.indexOf('{'))).path("metrics");
                assertThat(metrics.size()).isLessThanOrEqualTo(1000);
                sent += metrics.size();
            }
        }
        return sent;
    }

    @Test
    void aSlowServerGetsEverythingAndNoStepWaitsForIt() throws Exception {
        pause = 400;
        try (MlflowLogger logger = logger(false)) {
            long start = System.nanoTime();
            for (int step = 1; step <= 3000; step++) {
                logger.log(step, Map.of("loss", (double) step));
            }
            assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
            assertThat(logger.ended(Outcome.COMPLETED)).isEmpty();
        }
        assertThat(sentMetrics()).isEqualTo(3000);
    }

    @Test
    void theEndSaysWhatWasRefused() {
        status = 400;
        try (MlflowLogger logger = logger(false)) {
            logger.log(1, Map.of("loss", 1.0));
            assertThat(logger.ended(Outcome.COMPLETED))
                    .contains("did not take everything", "answers 400", "metrics.jsonl in " + folder);
        }
    }
}
