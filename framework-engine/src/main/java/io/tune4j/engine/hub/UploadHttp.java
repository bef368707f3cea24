// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Requests that send something to the hub, or to the storage that it names. Tried again when that may help. */
final class UploadHttp {
    private static final int CONFLICT = 409;
    private static final int FIRST_FAILURE = 300;

    private final HubSettings settings;
    private final HubProgress progress;
    private final HubHttp waiting;
    private final HttpClient client;

    UploadHttp(HubSettings settings, HubProgress progress) {
        this.settings = settings;
        this.progress = progress;
        this.waiting = new HubHttp(settings);
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(30));
        if (!settings.proxies().isEmpty()) {
            builder.proxy(new ProxyChoice(settings.proxies()));
        }
        this.client = builder.build();
    }

    /** A body that can be sent once more. */
    private interface Body {
        HttpRequest.BodyPublisher publisher() throws IOException;
    }

    /**
     * Posts text to the hub, with the token.
     *
     * @param what for messages
     * @return the answer, missing if it is no JSON; null where what should be made is there already
     */
    @Nullable
    JsonNode post(String path, String contentType, String body, String what) {
        HttpResponse<byte[]> response = send(
                HttpRequest.newBuilder(URI.create(settings.endpoint() + path))
                        .header("Authorization", "Bearer " + settings.token())
                        .header("Content-Type", contentType)
                        .header("Accept", contentType.contains("lfs") ? contentType : "application/json"),
                "POST",
                () -> HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8),
                what);
        if (response.statusCode() == CONFLICT) {
            return null;
        }
        return json(response, what);
    }

    /** Posts to an address that the hub gave, with the headers that it gave. */
    void postTo(URI target, Map<String, String> headers, String body, String what) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(target).header("Content-Type", "application/vnd.git-lfs+json");
        headers.forEach(request::setHeader);
        if (isHub(target)) {
            request.setHeader("Authorization", "Bearer " + settings.token());
        }
        json(
                send(request, "POST", () -> HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8), what),
                what);
    }

    /**
     * Puts a part of a file where the hub said. The token goes to the hub alone.
     *
     * @return the part's tag, empty if the storage gave none
     */
    String put(URI target, Map<String, String> headers, Path file, long from, long length, String what) {
        HttpRequest.Builder request = HttpRequest.newBuilder(target);
        headers.forEach(request::setHeader);
        HttpResponse<byte[]> response = send(
                request,
                "PUT",
                () -> HttpRequest.BodyPublishers.fromPublisher(
                        HttpRequest.BodyPublishers.ofInputStream(() -> part(file, from, length)), Math.max(1, length)),
                what);
        if (response.statusCode() >= FIRST_FAILURE) {
            throw refused(response, what);
        }
        return response.headers().firstValue("ETag").orElse("");
    }

    private static InputStream part(Path file, long from, long length) {
        try {
            InputStream in = Files.newInputStream(file);
            in.skipNBytes(from);
            return new LimitedInput(in, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isHub(URI target) {
        URI hub = settings.endpoint();
        return hub.getScheme().equalsIgnoreCase(target.getScheme())
                && hub.getHost().equalsIgnoreCase(target.getHost())
                && hub.getPort() == target.getPort();
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request, String method, Body body, String what) {
        for (int tries = 1; ; tries++) {
            String reason;
            try {
                HttpResponse<byte[]> response = client.send(
                        request.copy()
                                .timeout(Duration.ofHours(1))
                                .header("User-Agent", "tune4j")
                                .method(method, body.publisher())
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
                if (!HubHttp.isWorthAnotherTry(response.statusCode()) || tries >= HubHttp.MOST_TRIES) {
                    return response;
                }
                reason = "answer " + response.statusCode();
            } catch (IOException | UncheckedIOException e) {
                IOException cause = e instanceof IOException io
                        ? io
                        : Objects.requireNonNull(((UncheckedIOException) e).getCause());
                reason = HubHttp.reason(cause);
                if (tries >= HubHttp.MOST_TRIES) {
                    throw new ResourceException(
                            "cannot send " + what + " to " + settings.endpoint() + ": " + reason
                                    + ". Check the connection, then run the same command again: what was uploaded stays",
                            e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ResourceException("the upload was interrupted; run it again to go on", e);
            }
            waiting.await(what + ": " + reason, tries, null, progress);
        }
    }

    private JsonNode json(HttpResponse<byte[]> response, String what) {
        if (response.statusCode() >= FIRST_FAILURE) {
            throw refused(response, what);
        }
        try {
            return response.body().length == 0 ? MissingNode.getInstance() : JsonFiles.read(response.body());
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private RuntimeException refused(HttpResponse<byte[]> response, String what) {
        int status = response.statusCode();
        if (status == 401 || status == 403) {
            return new UserException(settings.endpoint() + " does not let this token write " + what + " (" + status
                    + "); take a token with the right to write to the repository, from " + settings.tokenOrigin()
                    + ", or name a repository of your own");
        }
        String body = new String(response.body(), StandardCharsets.UTF_8).strip();
        boolean shown = !body.isEmpty() && body.length() < 300 && !body.contains("://");
        return new ResourceException(settings.endpoint() + " refused " + what + " (" + status + ")"
                + (shown ? ": " + body : "") + "; run the same command again, what was uploaded stays");
    }
}
