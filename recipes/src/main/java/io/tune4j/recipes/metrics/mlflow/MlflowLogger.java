// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics.mlflow;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.engine.config.SavedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sends params, metrics, the config as an artifact and the final status to an MLflow server. {@link MlflowLoggerFactory} adds a log on
 * the disk, so nothing is lost if the server stays away.
 */
final class MlflowLogger implements MetricLogger {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** MLflow takes a hundred in a batch, and values of 6000 characters. */
    private static final int PARAMETERS = 100;

    private static final int LONGEST_VALUE = 6000;
    private static final long PATIENCE_MILLIS = 15_000;

    /** Steps share a request: one for each would take processor time from short steps. */
    private static final long PERIOD_MILLIS = 2_000;

    private final MlflowServer server;
    private final MlflowOptions options;
    private final Path note;
    private final Delivery delivery;
    private final MetricQueue queue = new MetricQueue();
    private MlflowServer.@Nullable Run run;
    private boolean ended;

    /**
     * Begins to send.
     *
     * @param note the file that keeps the run's id for a run that resumes
     * @param resumes whether the run goes on
     */
    MlflowLogger(MlflowServer server, MlflowOptions options, Path note, boolean resumes) {
        this.server = server;
        this.options = options;
        this.note = note;
        this.delivery = new Delivery("MLflow");
        String known = options.runId() != null ? options.runId() : resumes ? noted(note) : null;
        long now = System.currentTimeMillis();
        delivery.add(() -> begin(known, now));
    }

    private static @Nullable String noted(Path note) {
        try {
            return Files.exists(note) ? JsonFiles.read(note).path("run_id").asText(null) : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** On the thread of the delivery, as all that uses the run. */
    private void begin(@Nullable String known, long time) throws IOException, InterruptedException {
        MlflowServer.Run begun = known == null
                ? server.create(server.experiment(options.experiment()), options.runName(), time)
                : server.resume(known);
        run = begun;
        AtomicFiles.writeString(
                note, JSON.createObjectNode().put("run_id", begun.id()).toString());
    }

    private MlflowServer.Run run() throws IOException {
        if (run == null) {
            throw new MlflowServer.RefusedException("the server made no run: " + delivery.lastFailure());
        }
        return run;
    }

    @Override
    public void logConfig(String yaml) {
        Map<String, String> batch = new LinkedHashMap<>();
        for (SavedConfig.Value value : SavedConfig.values(yaml)) {
            batch.put(name(value.key()), cut(value.value()));
            if (batch.size() == PARAMETERS) {
                sendParameters(batch);
                batch = new LinkedHashMap<>();
            }
        }
        sendParameters(batch);
        delivery.add(() -> server.artifact(run(), "config.yaml", yaml));
    }

    private void sendParameters(Map<String, String> batch) {
        if (!batch.isEmpty()) {
            delivery.add(() -> server.parameters(run(), batch));
        }
    }

    /** MLflow takes letters, digits, blanks and {@code _-./:} in names. */
    private static String name(String key) {
        return key.replaceAll("\\[(\\d+)]", ".$1").replaceAll("[^\\w\\-./: ]", "_");
    }

    private static String cut(String value) {
        return value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE);
    }

    @Override
    public void log(long step, Map<String, Double> metrics) {
        Map<String, Double> named = new LinkedHashMap<>();
        metrics.forEach((name, value) -> named.put(name(name), value));
        if (queue.add(step, System.currentTimeMillis(), named)) {
            delivery.add(this::sendMetrics, PERIOD_MILLIS);
        }
    }

    private void sendMetrics() throws IOException, InterruptedException {
        MlflowServer.RefusedException refusal = null;
        for (MetricQueue.Batch batch = queue.first(); batch.steps() > 0; batch = queue.first()) {
            try {
                server.metrics(run(), batch.metrics());
            } catch (MlflowServer.RefusedException e) {
                refusal = e;
            }
            queue.remove(batch);
        }
        if (refusal != null) {
            throw refusal;
        }
    }

    @Override
    public String ended(Outcome outcome) {
        ended = true;
        return end(outcome == Outcome.COMPLETED ? "FINISHED" : "KILLED");
    }

    private String end(String status) {
        long time = System.currentTimeMillis();
        delivery.add(() -> server.end(run(), status, time));
        long left;
        try {
            left = delivery.drain(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
        return left == 0
                ? ""
                : "MLflow at " + options.uri() + " did not take everything: the metrics of " + queue.size()
                        + " steps wait, " + left + " messages in all (" + delivery.lastFailure()
                        + "). All metrics are in metrics.jsonl in " + note.getParent();
    }

    /** A run that did not say how it ended has failed. */
    @Override
    public void close() {
        try (delivery) {
            if (!ended) {
                end("FAILED");
            }
        }
    }
}
