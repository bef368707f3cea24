// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server: the JDK's, with a thread for each request. It checks keys, methods, origins and sizes, and answers every
 * failure with an error object of the API.
 */
public final class HttpFront implements AutoCloseable {
    /** Paths that need no key: the page, which has no data, and the health check. */
    private static final Set<String> OPEN = Set.of("/", "/health");

    private static final int BACKLOG = 512;

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final Map<String, Endpoint> endpoints;
    private final HttpOptions options;
    private final boolean isLocal;
    private final Consumer<String> warnings;
    private final BiConsumer<String, Integer> counted;
    private final AtomicInteger active = new AtomicInteger();
    private volatile boolean ending;

    /**
     * Starts to listen.
     *
     * @param endpoints by method and path, such as {@code POST /v1/completions}
     * @param warnings receives failures that are not a client's mistake
     * @param counted receives the path and the status of each response
     * @throws ResourceException if the address cannot be used
     */
    public HttpFront(
            HttpOptions options,
            Map<String, Endpoint> endpoints,
            Consumer<String> warnings,
            BiConsumer<String, Integer> counted) {
        this.options = options;
        this.endpoints = Map.copyOf(endpoints);
        this.warnings = warnings;
        this.counted = counted;
        // The JDK's server reads these once: small parts are sent without delay, and a request must arrive within a
        // minute.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqTime", "60");
        System.setProperty("sun.net.httpserver.drainAmount", String.valueOf(16L << 20));
        InetAddress address = address(options.host());
        this.isLocal = address.isLoopbackAddress();
        AtomicInteger number = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(4, options.mostCalls(), 30, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                    Thread thread = new Thread(work, "http-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        try {
            this.server = HttpServer.create(new InetSocketAddress(address, options.port()), BACKLOG);
        } catch (IOException e) {
            throw new ResourceException(
                    "cannot listen at " + options.host() + ":" + options.port() + ": " + e.getMessage()
                            + "; choose another port",
                    e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    private static InetAddress address(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new UserException("there is no address '" + host + "'; host=127.0.0.1 is this machine only", e);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Whether only this machine can reach it. */
    public boolean isLocal() {
        return isLocal;
    }

    /** Number of requests that are being answered. */
    public int active() {
        return active.get();
    }

    /** Refuses new requests from now on; running requests continue. */
    public void refuse() {
        ending = true;
    }

    private void handle(HttpExchange exchange) {
        active.incrementAndGet();
        try {
            answer(exchange);
        } finally {
            active.decrementAndGet();
        }
    }

    private void answer(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        Call call = new Call(exchange, options.mostBytes());
        String known = path == null ? "" : path;
        try (exchange) {
            try {
                endpoint(exchange, known).answer(call);
                counted.accept(label(known), 200);
            } catch (ApiError e) {
                fail(call, known, e);
            } catch (UserException e) {
                fail(call, known, ApiError.invalid(null, String.valueOf(e.getMessage())));
            } catch (TuneException e) {
                warnings.accept(known + ": " + e.getMessage());
                fail(call, known, ApiError.server(String.valueOf(e.getMessage())));
            }
        } catch (IOException e) {
            // The client disconnected.
            counted.accept(label(known), 499);
        } catch (RuntimeException | Error e) {
            warnings.accept(known + ": " + e);
            counted.accept(label(known), 500);
            respondFailed(call);
        }
    }

    private static void respondFailed(Call call) {
        try {
            if (!call.isStarted()) {
                call.respond(
                        500, ApiError.server("the server failed; see its log").json());
            }
        } catch (IOException e) {
            // The client disconnected.
            return;
        }
    }

    private void fail(Call call, String path, ApiError error) throws IOException {
        counted.accept(label(path), error.status());
        if (!call.isStarted()) {
            call.respond(error.status(), error.json());
        }
    }

    private boolean isKnown(String path) {
        return endpoints.keySet().stream().anyMatch(each -> each.endsWith(" " + path));
    }

    /** The path as a label of metrics; unknown paths share one label, so clients cannot add labels. */
    private String label(String path) {
        return isKnown(path) ? path : "other";
    }

    private Endpoint endpoint(HttpExchange exchange, String path) {
        String method = exchange.getRequestMethod();
        requireOwnPage(exchange);
        if (ending) {
            throw ApiError.ending();
        }
        if (!OPEN.contains(path)) {
            requireKey(exchange.getRequestHeaders().getFirst("Authorization"));
        }
        Endpoint endpoint = endpoints.get((method.equals("HEAD") ? "GET" : method) + " " + path);
        if (endpoint != null) {
            return endpoint;
        }
        throw isKnown(path)
                ? ApiError.invalid(405, null, "method_not_allowed", "the method " + method + " is not for " + path)
                : ApiError.invalid(404, null, "unknown_url", "there is no " + path + " here; see /v1/models");
    }

    private void requireKey(@Nullable String header) {
        String key = options.apiKey();
        if (key == null) {
            return;
        }
        String sent = header == null ? "" : header.replaceFirst("^Bearer ", "");
        // Compares in constant time.
        if (!MessageDigest.isEqual(sent.getBytes(StandardCharsets.UTF_8), key.getBytes(StandardCharsets.UTF_8))) {
            throw ApiError.invalid(
                    401,
                    null,
                    "invalid_api_key",
                    header == null
                            ? "there is no API key; send it as Authorization: Bearer KEY"
                            : "the API key is wrong");
        }
    }

    /**
     * Refuses requests from pages of other sites, which have another origin or a host name that resolves to this machine (DNS
     * rebinding).
     */
    private void requireOwnPage(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        String origin = exchange.getRequestHeaders().getFirst("Origin");
        boolean foreign = origin != null && !origin.equals("http://" + host);
        if (foreign || isLocal && host != null && !isLoopback(host)) {
            throw ApiError.invalid(403, null, "foreign_origin", "requests from pages of other sites are refused");
        }
    }

    private static boolean isLoopback(String hostAndPort) {
        try {
            String host = new URI("http://" + hostAndPort).getHost();
            return host != null
                    && (host.equals("localhost") || host.matches("127(\\.\\d+){3}|\\[::1]|\\[0:0:0:0:0:0:0:1]"));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Ends at once. */
    @Override
    public void close() {
        ending = true;
        server.stop(1);
        threads.shutdownNow();
    }
}
