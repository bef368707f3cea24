// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.recipe.Recipe.Outcome;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The logger and a real {@code mlflow server}, where one is installed: {@code pip install mlflow}, on the PATH or {@code -Dmlflow=}. */
@Timeout(240)
class MlflowServerSlowTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final @Nullable Path PROGRAM = program();

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private @Nullable Process process;
    private int port;
    private URI uri = URI.create("http://127.0.0.1/");

    private static @Nullable Path program() {
        String named = System.getProperty("mlflow");
        if (named != null) {
            return Path.of(named);
        }
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(part -> Path.of(part, "mlflow"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    @BeforeEach
    void choosePort() throws IOException {
        assumeTrue(PROGRAM != null, "no mlflow here: pip install mlflow");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        uri = URI.create("http://127.0.0.1:" + port);
    }

    private void startServer() throws Exception {
        process = new ProcessBuilder(
                        String.valueOf(PROGRAM),
                        "server",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        String.valueOf(port),
                        "--workers",
                        "1",
                        "--backend-store-uri",
                        "sqlite:///" + folder.resolve("mlflow.db"),
                        "--artifacts-destination",
                        folder.resolve("artifacts").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("server.log").toFile())
                .start();
        for (int i = 0; i < 600; i++) {
            try {
                if (client.send(HttpRequest.newBuilder(uri.resolve("/health")).build(), BodyHandlers.ofString())
                                .statusCode()
                        == 200) {
                    return;
                }
            } catch (IOException e) {
                assertThat(process.isAlive())
                        .as(Files.readString(folder.resolve("server.log")))
                        .isTrue();
            }
            Thread.sleep(200);
        }
        throw new IOException(Files.readString(folder.resolve("server.log")));
    }

    @AfterEach
    void stopServer() throws Exception {
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            process.waitFor(20, TimeUnit.SECONDS);
        }
    }

    private MlflowLogger logger(boolean resumes) {
        return new MlflowLogger(
                new MlflowServer(uri, null),
                new MlflowOptions(uri, "an experiment", null, "a run"),
                folder.resolve("mlflow-run.json"),
                resumes);
    }

    private JsonNode ask(String path) throws Exception {
        String body = client.send(
                        HttpRequest.newBuilder(uri.resolve("/api/2.0/" + path)).build(), BodyHandlers.ofString())
                .body();
        return JSON.readTree(body);
    }

    private JsonNode onlyRun() throws Exception {
        String experiment = ask("mlflow/experiments/get-by-name?experiment_name=an%20experiment")
                .path("experiment")
                .path("experiment_id")
                .asText();
        String body = client.send(
                        HttpRequest.newBuilder(uri.resolve("/api/2.0/mlflow/runs/search"))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"experiment_ids\":[\"" + experiment + "\"]}"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        JsonNode runs = JSON.readTree(body).path("runs");
        assertThat(runs).hasSize(1);
        return runs.get(0);
    }

    @Test
    void theServerGivesBackEveryValue() throws Exception {
        startServer();
        try (MlflowLogger logger = logger(false)) {
            logger.logConfig("model:\n  lora_rank: 16\nmodules: [q_proj, v_proj]\n");
            for (int step = 1; step <= 700; step++) {
                logger.log(step, Map.of("loss", 5.0 / step, "lr", 1e-3));
            }
            logger.log(701, Map.of("loss", Double.NaN));
            assertThat(logger.ended(Outcome.COMPLETED)).isEmpty();
        }
        JsonNode run = onlyRun();
        String id = run.path("info").path("run_id").asText();
        assertThat(run.path("info").path("status").asText()).isEqualTo("FINISHED");
        assertThat(run.path("info").path("run_name").asText()).isEqualTo("a run");
        assertThat(run.path("data").path("params").toString())
                .contains("{\"key\":\"model.lora_rank\",\"value\":\"16\"}")
                .contains("{\"key\":\"modules\",\"value\":\"[q_proj, v_proj]\"}");
        JsonNode history = ask("mlflow/metrics/get-history?metric_key=loss&max_results=2000&run_id=" + id)
                .path("metrics");
        assertThat(history).hasSize(701);
        assertThat(history).allSatisfy(metric -> {
            long step = metric.path("step").asLong();
            if (step <= 700) {
                assertThat(metric.path("value").asDouble()).isEqualTo(5.0 / step);
            }
        });
        assertThat(ask("mlflow/artifacts/list?run_id=" + id).path("files").toString())
                .contains("config.yaml");
    }

    @Test
    void valuesWaitForAServerThatComesLateAndAResumedRunGoesOn() throws Exception {
        try (MlflowLogger logger = logger(false)) {
            logger.logConfig("seed: 1\n");
            logger.log(1, Map.of("loss", 3.0));
            Thread.sleep(1500);
            startServer();
            logger.log(2, Map.of("loss", 2.0));
            assertThat(logger.ended(Outcome.CANCELLED)).isEmpty();
        }
        assertThat(onlyRun().path("info").path("status").asText()).isEqualTo("KILLED");
        try (MlflowLogger logger = logger(true)) {
            logger.logConfig("seed: 1\n");
            logger.log(3, Map.of("loss", 1.0));
        }
        JsonNode run = onlyRun();
        assertThat(run.path("info").path("status").asText())
                .as("a run that does not say how it ended")
                .isEqualTo("FAILED");
        JsonNode history = ask("mlflow/metrics/get-history?metric_key=loss&run_id="
                        + run.path("info").path("run_id").asText())
                .path("metrics");
        assertThat(List.of(1, 2, 3)).allSatisfy(step -> assertThat(history)
                .anySatisfy(metric -> assertThat(metric.path("step").asInt()).isEqualTo(step)));
    }
}
