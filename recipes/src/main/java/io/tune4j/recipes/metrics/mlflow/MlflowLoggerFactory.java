// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics.mlflow;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.MetricLoggerProvider;
import io.tune4j.engine.inject.MetricLoggers;
import io.tune4j.recipes.metrics.DiskLog;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes loggers for an MLflow server whose http address the config names. Without one, or with a folder or a database, which MLflow's
 * own Python writes, metrics go to the disk alone.
 */
public final class MlflowLoggerFactory implements ComponentFactory<MetricLoggerProvider> {
    private static final String URI_KEY = "tracking_uri";
    private static final String NOTE = "mlflow-run.json";

    @Override
    public Class<MetricLoggerProvider> type() {
        return MetricLoggerProvider.class;
    }

    @Override
    public String name() {
        return "MLFlowLogger";
    }

    @Override
    public List<String> aliases() {
        return List.of("torchtune.training.metric_logging.MLFlowLogger");
    }

    @Override
    public String summary() {
        return "sends params, metrics and the config to the MLflow server of tracking_uri; metrics.jsonl too";
    }

    @Override
    public @Nullable MetricLoggerProvider create(ConfigReader options, ComponentContext context) {
        Path directory = DiskLog.directory(options, context);
        String address = options.stringOrNull(URI_KEY);
        String experiment = options.string("experiment_name", "Default");
        String runId = options.stringOrNull("run_id");
        String runName = options.stringOrNull("run_name");
        if (directory == null) {
            return null;
        }
        if (address == null || !address.matches("https?://.+")) {
            options.accept(
                    "_component_",
                    "MLflow is sent to where " + URI_KEY
                            + " is the http address of its server; metrics go to metrics.jsonl in log_dir");
            return DiskLog.in(directory);
        }
        URI uri;
        try {
            uri = URI.create(address);
        } catch (IllegalArgumentException e) {
            options.problem(URI_KEY, "'" + address + "' is no address: " + e.getMessage());
            return null;
        }
        MlflowOptions chosen = new MlflowOptions(uri, experiment, runId, runName);
        String authorization = authorization(context.components().environment());
        // The log on the disk creates the folder of the note.
        return MetricLoggers.of(List.of(
                DiskLog.in(directory),
                new Sending(authorization, chosen, directory.toAbsolutePath().resolve(NOTE))));
    }

    private record Sending(@Nullable String authorization, MlflowOptions options, Path note)
            implements MetricLoggerProvider {
        @Override
        public MetricLogger open(long resumedStep) {
            MlflowServer server = new MlflowServer(options.uri(), authorization);
            return new MlflowLogger(server, options, note, resumedStep > 0);
        }
    }

    /** MLflow's own variables. */
    private static @Nullable String authorization(Map<String, String> environment) {
        String token = environment.get("MLFLOW_TRACKING_TOKEN");
        String user = environment.get("MLFLOW_TRACKING_USERNAME");
        if (token != null) {
            return "Bearer " + token;
        }
        String password = environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
        return user == null
                ? null
                : "Basic "
                        + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }
}
