// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.hub;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A real HTTP server on the loopback address that speaks the hub's API: revisions, listings in pages, files with ranges, tokens.
 * Large files are redirected to a second server, as the public hub does. {@link HubFaults} makes it fail.
 */
public final class LocalHub implements AutoCloseable {
    private static final Pattern API = Pattern.compile("/api/(models|datasets)/(.+?)/(revision|tree)/([^/]+)");
    private static final Pattern RESOLVE = Pattern.compile("/(datasets/)?(.+?)/resolve/([^/]+)/(.+)");
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
    private static final int CHUNK = 1 << 15;

    static {
        // Otherwise each small file waits 40 ms, until the client has acknowledged the head of the answer.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final String scheme;
    private final HttpServer hub;
    private final HttpServer storage;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "local-hub");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, HubContent> repositories = new ConcurrentHashMap<>();
    private final List<Seen> requests = new ArrayList<>();
    private final HubFaults faults = new HubFaults();
    private final HubUploads uploads = new HubUploads(repositories);

    /**
     * A request that came in.
     *
     * @param server {@code hub} or {@code storage}
     * @param authorization its header, null if it had none
     * @param range its header, null if it had none
     * @param proxyAuthorization its header, null if it had none
     */
    public record Seen(
            String server,
            String path,
            @Nullable String authorization,
            @Nullable String range,
            @Nullable String proxyAuthorization) {}

    private LocalHub(int port, @Nullable SSLContext tls) throws IOException {
        scheme = tls == null ? "http" : "https";
        hub = server(port, tls);
        // By another name of the same machine, so that it is another host.
        storage = server(0, tls);
        hub.setExecutor(threads);
        storage.setExecutor(threads);
        hub.createContext("/", exchange -> serve("hub", exchange));
        storage.createContext("/", exchange -> serve("storage", exchange));
        hub.start();
        storage.start();
    }

    private static HttpServer server(int port, @Nullable SSLContext tls) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        if (tls == null) {
            return HttpServer.create(address, 0);
        }
        HttpsServer server = HttpsServer.create(address, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return server;
    }

    /** Starts on a free port. */
    public static LocalHub start() throws IOException {
        return new LocalHub(0, null);
    }

    /** Starts on a free port, to be asked by {@code https}. */
    public static LocalHub start(SSLContext tls) throws IOException {
        return new LocalHub(0, tls);
    }

    /** Serves a folder by hand: {@code PORT OWNER/NAME FOLDER}. */
    public static void main(String[] arguments) throws IOException {
        LocalHub hub = new LocalHub(Integer.parseInt(arguments[0]), null);
        for (int i = 1; i + 1 < arguments.length; i += 2) {
            hub.add(arguments[i], HubContent.of(Path.of(arguments[i + 1])));
        }
        System.out.println("HF_ENDPOINT=" + hub.endpoint());
    }

    /** Adds a repository; {@code datasets/OWNER/NAME} for a data set. */
    public LocalHub add(String id, HubContent content) {
        repositories.put(id, content);
        return this;
    }

    /** Uploaded objects above this size are taken in parts of it. */
    public LocalHub partsOf(int bytes) {
        uploads.partsOf(bytes);
        return this;
    }

    /** The files of a repository, also of one that a client made; null if there is none. */
    public @Nullable HubContent content(String id) {
        return repositories.get(id);
    }

    /** The faults that the hub simulates. */
    public HubFaults faults() {
        return faults;
    }

    /** The hub's address, for {@code HF_ENDPOINT}. */
    public URI endpoint() {
        return URI.create(scheme + "://127.0.0.1:" + hub.getAddress().getPort());
    }

    private URI storageAddress() {
        return URI.create(scheme + "://localhost:" + storage.getAddress().getPort());
    }

    /** All requests so far. */
    public List<Seen> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    private void serve(String server, HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        Headers headers = exchange.getRequestHeaders();
        Seen seen = new Seen(
                server,
                path,
                headers.getFirst("Authorization"),
                headers.getFirst("Range"),
                headers.getFirst("Proxy-Authorization"));
        synchronized (requests) {
            requests.add(seen);
        }
        try (exchange) {
            if (server.equals("storage")) {
                if (HubUploads.concerns(exchange)) {
                    answer(exchange, uploads.storage(exchange));
                    return;
                }
                file(exchange, path.substring(1));
                return;
            }
            Integer refusal = faults.nextStatus();
            if (refusal != null) {
                faults.retryAfter()
                        .ifPresent(text -> exchange.getResponseHeaders().set("Retry-After", text));
                faults.location()
                        .ifPresent(text -> exchange.getResponseHeaders().set("Location", text));
                answer(exchange, refusal, "");
                return;
            }
            if (HubUploads.concerns(exchange)) {
                answer(exchange, uploads.hub(exchange, endpoint(), storageAddress()));
                return;
            }
            Matcher api = API.matcher(path);
            Matcher resolve = RESOLVE.matcher(path);
            if (api.matches()) {
                api(exchange, (api.group(1).equals("datasets") ? "datasets/" : "") + api.group(2), api.group(3));
            } else if (resolve.matches()) {
                String prefix = resolve.group(1) == null ? "" : resolve.group(1);
                resolve(exchange, prefix + resolve.group(2), resolve.group(4));
            } else {
                answer(exchange, 404, "");
            }
        } catch (IOException e) {
            // The client went away, as some tests want it to.
            System.getLogger(LocalHub.class.getName()).log(System.Logger.Level.DEBUG, "a connection ended", e);
        }
    }

    private void api(HttpExchange exchange, String id, String what) throws IOException {
        HubContent content = authorized(exchange, id, false);
        if (content == null) {
            return;
        }
        String revision = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
        if (!content.revisions().contains(revision)) {
            exchange.getResponseHeaders().set("X-Error-Code", "RevisionNotFound");
            answer(exchange, 404, "{\"error\":\"Invalid rev id\"}");
            return;
        }
        if (what.equals("revision")) {
            answer(exchange, 200, "{\"id\":\"" + id + "\",\"sha\":\"" + HubContent.COMMIT + "\"}");
            return;
        }
        String query = exchange.getRequestURI().getQuery();
        Matcher cursor = Pattern.compile("cursor=(\\d+)").matcher(query == null ? "" : query);
        int from = cursor.find() ? Integer.parseInt(cursor.group(1)) : 0;
        int to = Math.min(content.size(), from + faults.pageSize());
        if (to < content.size()) {
            URI self = URI.create(endpoint() + exchange.getRequestURI().getPath() + "?recursive=true&cursor=" + to);
            exchange.getResponseHeaders().set("Link", "<" + self + ">; rel=\"next\"");
        }
        answer(exchange, 200, content.listing(from, to));
    }

    private @Nullable HubContent authorized(HttpExchange exchange, String id, boolean isFile) throws IOException {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        HubContent content = repositories.get(id);
        boolean known = header != null && header.equals("Bearer " + HubContent.TOKEN);
        boolean allowed = known || (header != null && header.equals("Bearer " + HubContent.TOKEN_WITHOUT_ACCESS));
        if (header != null && !allowed) {
            answer(exchange, 401, "{\"error\":\"Invalid credentials in Authorization header\"}");
            return null;
        }
        if (content == null || (content.isPrivate() && !known)) {
            exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
            answer(exchange, header == null ? 401 : 404, "{\"error\":\"Repository not found\"}");
            return null;
        }
        if (isFile && content.isGated() && !known) {
            exchange.getResponseHeaders().set("X-Error-Code", "GatedRepo");
            answer(exchange, header == null ? 401 : 403, "{\"error\":\"Access to this repository is restricted\"}");
            return null;
        }
        return content;
    }

    private void resolve(HttpExchange exchange, String id, String path) throws IOException {
        HubContent content = authorized(exchange, id, true);
        if (content == null) {
            return;
        }
        String decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        if (content.bytes(decoded) == null) {
            exchange.getResponseHeaders().set("X-Error-Code", "EntryNotFound");
            answer(exchange, 404, "");
            return;
        }
        if (content.isLarge(decoded)) {
            URI target = URI.create(storageAddress() + "/" + id + "//" + path);
            exchange.getResponseHeaders().set("Location", target.toString());
            answer(exchange, 302, "");
            return;
        }
        send(exchange, decoded, content.bytes(decoded));
    }

    private void file(HttpExchange exchange, String path) throws IOException {
        int split = path.indexOf("//");
        HubContent content = repositories.get(path.substring(0, split));
        String name = path.substring(split + 2);
        send(exchange, name, content == null ? null : content.bytes(name));
    }

    private void send(HttpExchange exchange, String name, byte @Nullable [] whole) throws IOException {
        if (whole == null) {
            answer(exchange, 404, "");
            return;
        }
        byte[] bytes = faults.corrupt(name, whole);
        String header = exchange.getRequestHeaders().getFirst("Range");
        Matcher range = RANGE.matcher(header == null || faults.ignoresRanges() ? "" : header);
        int start = 0;
        int end = bytes.length;
        boolean partial = range.matches();
        if (partial) {
            start = Integer.parseInt(range.group(1));
            end = range.group(2).isEmpty() ? end : Math.min(end, Integer.parseInt(range.group(2)) + 1);
            exchange.getResponseHeaders().set("Content-Range", "bytes " + start + "-" + (end - 1) + "/" + bytes.length);
        }
        int length = end - start;
        int dropAfter = faults.dropAfter(name, length, ThreadLocalRandom.current());
        exchange.sendResponseHeaders(partial ? 206 : 200, length == 0 ? -1 : length);
        OutputStream out = exchange.getResponseBody();
        for (int at = 0; at < length; at += CHUNK) {
            if (at >= dropAfter) {
                out.flush();
                throw new IOException("dropped as asked");
            }
            out.write(bytes, start + at, Math.min(CHUNK, length - at));
            faults.slowDown();
        }
        if (length > 0) {
            out.close();
        }
    }

    private static void answer(HttpExchange exchange, HubUploads.Answer answer) throws IOException {
        answer(exchange, answer.status(), answer.body());
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
        threads.shutdownNow();
    }
}
