// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server's REST API, as far as a run needs it: https://mlflow.org/docs/latest/api_reference/rest-api.html. */
final class MlflowServer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int TOO_MANY = 429;
    private static final int SERVER_FAULT = 500;
    private static final String PROXIED = "mlflow-artifacts:";

    private final URI address;
    private final @Nullable String authorization;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    /**
     * A run of the server.
     *
     * @param artifacts where its files go
     */
    record Run(String id, String artifacts) {}

    /** The server understood and refused: to ask again is no use. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * A server.
     *
     * @param authorization the header of that name, or null
     */
    MlflowServer(URI address, @Nullable String authorization) {
        this.address = address;
        this.authorization = authorization;
    }

    /** The id of an experiment, which is made if there is none of that name. */
    String experiment(String name) throws IOException, InterruptedException {
        try {
            return get("experiments/get-by-name?experiment_name=" + URLEncoder.encode(name, StandardCharsets.UTF_8))
                    .path("experiment")
                    .path("experiment_id")
                    .asText();
        } catch (RefusedException e) {
            return post("experiments/create", JSON.createObjectNode().put("name", name))
                    .path("experiment_id")
                    .asText();
        }
    }

    Run create(String experiment, @Nullable String name, long time) throws IOException, InterruptedException {
        ObjectNode asked =
                JSON.createObjectNode().put("experiment_id", experiment).put("start_time", time);
        if (name != null) {
            asked.put("run_name", name);
        }
        return run(post("runs/create", asked));
    }

    /** Goes on with a run that ended. */
    Run resume(String id) throws IOException, InterruptedException {
        post("runs/update", JSON.createObjectNode().put("run_id", id).put("status", "RUNNING"));
        return run(get("runs/get?run_id=" + URLEncoder.encode(id, StandardCharsets.UTF_8)));
    }

    private static Run run(JsonNode answer) {
        JsonNode info = answer.path("run").path("info");
        return new Run(info.path("run_id").asText(), info.path("artifact_uri").asText());
    }

    void parameters(Run run, Map<String, String> parameters) throws IOException, InterruptedException {
        ObjectNode batch = JSON.createObjectNode().put("run_id", run.id());
        ArrayNode list = batch.putArray("params");
        parameters.forEach((key, value) -> list.addObject().put("key", key).put("value", value));
        post("runs/log-batch", batch);
    }

    /** @param metrics objects with key, value, timestamp and step, at most a thousand */
    void metrics(Run run, ArrayNode metrics) throws IOException, InterruptedException {
        ObjectNode batch = JSON.createObjectNode().put("run_id", run.id());
        batch.set("metrics", metrics);
        post("runs/log-batch", batch);
    }

    /** Sends a text as a file of the run, where the server takes files itself. */
    void artifact(Run run, String name, String text) throws IOException, InterruptedException {
        if (run.artifacts().startsWith(PROXIED)) {
            String path = URI.create(run.artifacts()).getPath().replaceFirst("^/", "");
            send(request("api/2.0/mlflow-artifacts/artifacts/" + path + "/" + name)
                    .PUT(BodyPublishers.ofString(text)));
        }
    }

    /** @param status {@code FINISHED}, {@code FAILED} or {@code KILLED} */
    void end(Run run, String status, long time) throws IOException, InterruptedException {
        post(
                "runs/update",
                JSON.createObjectNode()
                        .put("run_id", run.id())
                        .put("status", status)
                        .put("end_time", time));
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return send(request("api/2.0/mlflow/" + path).GET());
    }

    private JsonNode post(String path, ObjectNode body) throws IOException, InterruptedException {
        return send(request("api/2.0/mlflow/" + path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
    }

    private HttpRequest.Builder request(String path) {
        String base = address.toString();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + (base.endsWith("/") ? "" : "/") + path))
                .timeout(PATIENCE);
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        int status = answer.statusCode();
        if (status / 100 == 2) {
            return JSON.readTree(answer.body());
        }
        String text = address + " answers " + status + ": "
                + answer.body().lines().findFirst().orElse("");
        if (status == TOO_MANY || status >= SERVER_FAULT) {
            throw new IOException(text);
        }
        throw new RefusedException(text);
    }
}
