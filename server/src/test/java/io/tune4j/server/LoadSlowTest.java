// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.host.ProcessMemory;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** 100 clients at once, some of which hang up: no failure, and memory stays flat. {@code -Dtune4j.load.seconds=60} for a minute. */
@Tag("exhaustive")
class LoadSlowTest {
    private static final int CLIENTS = 100;
    private static final long SECONDS = Long.getLong("tune4j.load.seconds", 15);
    private static final long MOST_GROWTH = 96L << 20;
    private static final Pattern RUNNING = Pattern.compile("tune4j_(running|waiting)_requests (\\d+)");

    @Test
    void manyClients() throws IOException, InterruptedException {
        try (ServedModel served = ServedModel.start("max_queue: 200")) {
            run(served, SECONDS / 3);
            long before = resident();
            long answered = run(served, SECONDS);
            long after = resident();
            System.gc();
            assertThat(answered).isGreaterThan(CLIENTS);
            assertThat(after - before).as("growth of the process's memory").isLessThan(MOST_GROWTH);
            assertIdle(served);
        }
    }

    private static long resident() {
        return ProcessMemory.resident().anonymous();
    }

    private static void assertIdle(ServedModel served) throws IOException, InterruptedException {
        String metrics = "";
        for (int i = 0; i < 100; i++) {
            metrics = served.get("/metrics").body();
            Matcher gauges = RUNNING.matcher(metrics);
            long sum = 0;
            while (gauges.find()) {
                sum += Long.parseLong(gauges.group(2));
            }
            if (sum == 0) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("places of clients that hung up are not free: " + metrics);
    }

    private static long run(ServedModel served, long seconds) throws InterruptedException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        AtomicLong answered = new AtomicLong();
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        List<Thread> clients = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
            int number = c;
            Thread client = new Thread(() -> {
                for (int round = 0; System.nanoTime() < end; round++) {
                    try {
                        ask(served, number, round);
                        answered.incrementAndGet();
                    } catch (IOException | InterruptedException | AssertionError e) {
                        failures.add(String.valueOf(e));
                    }
                }
            });
            client.start();
            clients.add(client);
        }
        for (Thread client : clients) {
            client.join();
        }
        assertThat(failures).isEmpty();
        return answered.get();
    }

    private static void ask(ServedModel served, int number, int round) throws IOException, InterruptedException {
        String model = number % 2 == 0 ? "base" : "tuned";
        boolean stream = round % 3 == 0;
        String body = "{\"model\": \"" + model + "\", \"prompt\": \"Client " + number + " says\", \"max_tokens\": "
                + (1 + (number + round) % 16) + ", \"stream\": " + stream + "}";
        if ((number + round) % 10 == 0) {
            try (Socket socket = new Socket("127.0.0.1", served.port())) {
                socket.getOutputStream()
                        .write(("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                                        + "\r\n\r\n" + body)
                                .getBytes(StandardCharsets.US_ASCII));
                socket.setSoLinger(true, 0);
            }
            return;
        }
        HttpResponse<String> response = served.post("/v1/completions", body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.body()).doesNotContain("\"error\"");
    }
}
