// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code tune serve} as a process: it answers, survives a kill by being started again, and ends when it is told to. */
@Timeout(180)
class ServeDistributionTest {
    private static final Path MODEL = Tune.HOME.resolve("configs/quickstart/model");
    private static final Pattern ADDRESS = Pattern.compile("at http://127\\.0\\.0\\.1:(\\d+)/v1");

    @TempDir
    Path folder;

    private Process start(Path log, int port) throws IOException {
        return Tune.start(log, List.of("serve", MODEL.toString(), "--port", String.valueOf(port), "dtype=fp32"));
    }

    private static int port(Process process, Path log) throws IOException, InterruptedException {
        while (process.isAlive()) {
            Matcher address = ADDRESS.matcher(Files.readString(log));
            if (address.find()) {
                return Integer.parseInt(address.group(1));
            }
            Thread.sleep(100);
        }
        throw new AssertionError(Files.readString(log));
    }

    private static String answer(int port) throws IOException, InterruptedException {
        String body = "{\"model\": \"model\", \"temperature\": 0, \"max_tokens\": 8,"
                + " \"messages\": [{\"role\": \"user\", \"content\": \"What is the opposite of love?\"}]}";
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString())
                .body()
                .replaceAll("\"(id|created)\":[^,]*,", "");
    }

    @Test
    void itIsKilledAndStartedAgain() throws IOException, InterruptedException {
        Path log = folder.resolve("first.log");
        Process first = start(log, 0);
        int port = port(first, log);
        String before = answer(port);
        assertThat(before).contains("chat.completion");
        first.destroyForcibly().waitFor();

        Path again = folder.resolve("second.log");
        Process second = start(again, port);
        assertThat(port(second, again)).isEqualTo(port);
        assertThat(answer(port)).isEqualTo(before);
        second.destroy();
        assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).as(Files.readString(again)).isEqualTo(143);
    }

    @Test
    void whatCannotBeServedIsSaid() throws IOException, InterruptedException {
        Tune.Result result = Tune.run(folder, "serve", folder.toString());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output()).contains("is no model", "config.json").doesNotContain("\tat ");
    }
}
