// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.report.SampleRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WatchServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private static JsonNode next(BufferedReader events) throws IOException {
        String line = events.readLine();
        while (!line.startsWith("data: ")) {
            line = events.readLine();
        }
        return JSON.readTree(line.substring("data: ".length()));
    }

    /** Passes over changes until one fits; a test that waits in vain is stopped. */
    private static JsonNode until(BufferedReader events, Predicate<JsonNode> fits) throws IOException {
        JsonNode change = next(events);
        while (!fits.test(change)) {
            change = next(events);
        }
        return change;
    }

    private static BufferedReader events(WatchServer server) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(server.address().resolve("events")).build();
        return new BufferedReader(new InputStreamReader(
                HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofInputStream())
                        .body(),
                StandardCharsets.UTF_8));
    }

    private static HttpResponse<String> get(URI address) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }

    @Test
    void tellsOfStepsAsTheyAreWrittenAndOfRunsThatAppear() throws Exception {
        try (SampleRun run = new SampleRun(folder.resolve("a"), 10, 1);
                WatchServer server = WatchServer.start(List.of(folder), 0)) {
            run.begin(0).step(1);
            try (BufferedReader events = events(server)) {
                String a = folder.resolve("a").toString();
                until(events, change -> change.path("runs").path(a).path("done").asInt() == 1);

                run.step(2);
                until(events, change -> change.path("runs").path(a).path("done").asInt() == 2);

                try (SampleRun other = new SampleRun(folder.resolve("deep/b"), 10, 2)) {
                    other.train().end("completed", "");
                }
                JsonNode both = until(events, change -> change.path("runs")
                        .has(folder.resolve("deep/b").toString()));
                assertThat(both.path("order")).hasSize(2);
                assertThat(both.path("runs").has(a))
                        .as("what did not change is not sent again")
                        .isFalse();
            }
        }
    }

    @Test
    void servesThePageAndNothingElse() throws Exception {
        try (WatchServer server = WatchServer.start(List.of(folder), 0)) {
            assertThat(server.address().getHost()).isEqualTo("127.0.0.1");
            HttpResponse<String> page = get(server.address());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("\"live\":true", "connect-src 'self'");
            assertThat(get(server.address().resolve("/../../etc/passwd")).statusCode())
                    .isEqualTo(404);
        }
    }

    /** A page of a stranger whose name leads to this machine asks with that name. */
    @Test
    void refusesNamesOfOthers() throws Exception {
        try (WatchServer server = WatchServer.start(List.of(folder), 0);
                Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
            socket.getOutputStream()
                    .write("GET /events HTTP/1.1\r\nHost: evil.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                            .readLine())
                    .startsWith("HTTP/1.1 403");
        }
    }
}
