// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Chromium without a window, spoken to by its DevTools protocol. */
public final class Browser implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");
    private static final String LISTENING = "DevTools listening on ";
    private static final long MOST_SECONDS = 30;

    private final Path profile;
    private final Process process;
    private final WebSocket socket;
    private final Answers answers;
    private final AtomicInteger number = new AtomicInteger();

    private Browser(Path profile, Process process, WebSocket socket, Answers answers) {
        this.profile = profile;
        this.process = process;
        this.socket = socket;
        this.answers = answers;
    }

    /** Whether this machine has one. */
    public static boolean isInstalled() {
        return program() != null;
    }

    private static @Nullable Path program() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(path.split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /** Starts one with a window of so many pixels and the given colour scheme. */
    public static Browser start(int width, int height, boolean dark) throws Exception {
        Path profile = Files.createTempDirectory("browser");
        List<String> command = new ArrayList<>(List.of(
                String.valueOf(program()),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                "--no-first-run",
                "--disable-background-networking",
                "--user-data-dir=" + profile,
                "--window-size=" + width + "," + height,
                "about:blank"));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        URI address = address(process);
        Answers answers = new Answers();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(page(address), answers)
                .get(MOST_SECONDS, TimeUnit.SECONDS);
        Browser browser = new Browser(profile, process, socket, answers);
        for (String domain : List.of("Page", "Runtime", "Log", "Network", "Accessibility")) {
            browser.call(domain + ".enable", Map.of());
        }
        browser.call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        browser.resize(width, height);
        return browser;
    }

    private static URI address(Process process) throws IOException {
        BufferedReader errors = process.errorReader(StandardCharsets.UTF_8);
        String line = errors.readLine();
        while (line != null && !line.startsWith(LISTENING)) {
            line = errors.readLine();
        }
        if (line == null) {
            throw new IOException("the browser did not start");
        }
        Thread rest = new Thread(() -> errors.lines().forEach(ignored -> {}), "browser errors");
        rest.setDaemon(true);
        rest.start();
        return URI.create(line.substring(LISTENING.length()));
    }

    private static URI page(URI browser) throws IOException, InterruptedException {
        URI list = URI.create("http://" + browser.getAuthority() + "/json/list");
        String body = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(list).build(), BodyHandlers.ofString())
                .body();
        for (JsonNode target : JSON.readTree(body)) {
            if (target.path("type").asText().equals("page")) {
                return URI.create(target.path("webSocketDebuggerUrl").asText());
            }
        }
        throw new IOException("the browser has no page: " + body);
    }

    /** Makes the page so many pixels wide and high. */
    public void resize(int width, int height) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Opens an address and waits until it is loaded and drawn; returns the milliseconds that took. */
    public long open(URI address) throws Exception {
        answers.loaded = new CompletableFuture<>();
        long start = System.nanoTime();
        call("Page.navigate", Map.of("url", address.toString()));
        answers.loaded.get(MOST_SECONDS, TimeUnit.SECONDS);
        evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** The value of an expression of the page. */
    public JsonNode evaluate(String expression) throws Exception {
        JsonNode result =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IOException(expression + ": " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    /** Waits until an expression is true. */
    public void await(String expression) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
        while (!evaluate("Boolean(" + expression + ")").asBoolean()) {
            if (System.nanoTime() > end) {
                throw new IOException("never true: " + expression);
            }
            Thread.sleep(50);
        }
    }

    /** Presses a key such as {@code Tab} or {@code ArrowLeft}. */
    public void press(String key) throws Exception {
        Map<String, Integer> codes = Map.of("Tab", 9, "Enter", 13, "ArrowLeft", 37, "ArrowRight", 39, "Home", 36);
        for (String type : List.of("rawKeyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", codes.getOrDefault(key, 0)));
        }
    }

    /** The names that a screen reader says, with their roles: {@code button "Copy: Train on"}. */
    public List<String> spoken() throws Exception {
        List<String> spoken = new ArrayList<>();
        for (JsonNode node : call("Accessibility.getFullAXTree", Map.of()).path("nodes")) {
            if (!node.path("ignored").asBoolean()) {
                spoken.add(node.path("role").path("value").asText() + " \""
                        + node.path("name").path("value").asText() + "\"");
            }
        }
        return spoken;
    }

    /** What the page and the browser complained about. */
    public List<String> complaints() {
        return List.copyOf(answers.complaints);
    }

    /** The addresses that were asked for. */
    public List<String> requests() {
        return List.copyOf(answers.requests);
    }

    /** The picture of what is seen. */
    public byte[] screenshot() throws Exception {
        JsonNode picture = call("Page.captureScreenshot", Map.of("format", "png"));
        return Base64.getDecoder().decode(picture.path("data").asText());
    }

    private JsonNode call(String method, Map<String, ?> parameters) throws Exception {
        int id = number.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.open.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        socket.sendText(message.toString(), true).get(MOST_SECONDS, TimeUnit.SECONDS);
        JsonNode reply = answer.get(MOST_SECONDS, TimeUnit.SECONDS);
        if (reply.has("error")) {
            throw new IOException(method + ": " + reply.path("error"));
        }
        return reply.path("result");
    }

    /** Ends it and deletes its profile, into which its processes write until they are gone. */
    @Override
    public void close() throws Exception {
        socket.abort();
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroy);
        for (ProcessHandle each : all) {
            each.onExit()
                    .orTimeout(5, TimeUnit.SECONDS)
                    .exceptionally(late -> each)
                    .get();
            each.destroyForcibly();
        }
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    private static final class Answers implements WebSocket.Listener {
        private final Map<Integer, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
        private final List<String> complaints = new CopyOnWriteArrayList<>();
        private final List<String> requests = new CopyOnWriteArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                try {
                    take(JSON.readTree(text.toString()));
                } catch (IOException e) {
                    complaints.add("unreadable message: " + e.getMessage());
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        private void take(JsonNode message) {
            CompletableFuture<JsonNode> asked = open.remove(message.path("id").asInt(-1));
            if (asked != null) {
                asked.complete(message);
                return;
            }
            JsonNode facts = message.path("params");
            switch (message.path("method").asText()) {
                case "Page.loadEventFired" -> loaded.complete(null);
                case "Runtime.exceptionThrown" -> complaints.add(facts.toString());
                case "Log.entryAdded" ->
                    complaints.add(facts.path("entry").path("text").asText());
                case "Runtime.consoleAPICalled" ->
                    complaints.add(facts.path("args").toString());
                case "Network.requestWillBeSent" ->
                    requests.add(facts.path("request").path("url").asText());
                default -> {
                    // Other events say nothing about the page's health.
                }
            }
        }
    }
}
