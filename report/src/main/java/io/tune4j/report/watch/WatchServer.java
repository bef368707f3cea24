// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.watch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tune4j.api.error.ResourceException;
import io.tune4j.report.page.Page;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Serves the live page on the loopback address: {@code /} is the page, {@code /events} its data as server-sent events. It only
 * reads files, so it can start and stop at any time.
 */
public final class WatchServer implements AutoCloseable {
    private static final int LOOK_MILLIS = 500;
    private static final int PING_MILLIS = 10_000;

    /**
     * The host names that are answered. Another name that resolves to this machine may be an attack from a foreign page (DNS
     * rebinding).
     */
    private static final Pattern OWN_HOST = Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?");

    private final WatchedRuns runs;
    private final HttpServer server;
    private final ExecutorService clients;
    private final ScheduledExecutorService looking;
    private volatile boolean closed;

    private WatchServer(WatchedRuns runs, HttpServer server) {
        this.runs = runs;
        this.server = server;
        this.clients = Executors.newCachedThreadPool(work -> daemon(work, "watch client"));
        this.looking = Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "watch files"));
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Starts the server.
     *
     * @param roots folders of runs, or folders above them
     * @param port the port; 0 for any free one
     * @throws ResourceException if the port is taken
     */
    public static WatchServer start(List<Path> roots, int port) {
        HttpServer http;
        try {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new ResourceException(
                    "cannot listen on port " + port + " of this machine: " + e.getMessage()
                            + "; --port 0 takes any that is free",
                    e);
        }
        WatchServer server = new WatchServer(new WatchedRuns(roots), http);
        server.runs.look();
        server.looking.scheduleWithFixedDelay(server.runs::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        http.setExecutor(server.clients);
        http.createContext("/", server::answer);
        http.start();
        return server;
    }

    /** The address of the page. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String host = exchange.getRequestHeaders().getFirst("Host");
            if (host == null || !OWN_HOST.matcher(host).matches()) {
                send(exchange, 403, "text/plain", "this page is available on this machine only");
            } else if (!exchange.getRequestMethod().equals("GET")) {
                send(exchange, 405, "text/plain", "only GET is allowed");
            } else if (exchange.getRequestURI().getPath().equals("/")) {
                send(exchange, 200, "text/html", Page.live());
            } else if (exchange.getRequestURI().getPath().equals("/events")) {
                events(exchange);
            } else {
                send(exchange, 404, "text/plain", "there is nothing here; the page is at /");
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        headers(exchange, type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void headers(HttpExchange exchange, String type) {
        exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    }

    /** Sends changes until the client has disconnected, which is noticed when writing fails. */
    private void events(HttpExchange exchange) throws IOException {
        headers(exchange, "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        long known = 0;
        boolean isNew = true;
        try {
            while (!closed) {
                if (isNew) {
                    long version = runs.version();
                    write(out, "event: runs\ndata: " + runs.changes(known) + "\n\n");
                    known = version;
                } else {
                    write(out, ": still here\n\n");
                }
                isNew = runs.await(known, PING_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() {
        closed = true;
        looking.shutdownNow();
        clients.shutdownNow();
        server.stop(0);
    }
}
