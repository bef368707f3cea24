// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A proxy on the loopback address for HTTP, and for TLS by {@code CONNECT}. It takes every host for this machine. */
public final class LocalProxy implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> heads = new ArrayList<>();
    private @Nullable String user;
    private @Nullable String refusal;

    private LocalProxy() throws IOException {}

    /** Starts on a free port. */
    public static LocalProxy start() throws IOException {
        LocalProxy proxy = new LocalProxy();
        proxy.run(proxy::accept);
        return proxy;
    }

    /** Lets only this user in, e.g. {@code name:password}. */
    public synchronized LocalProxy user(String nameAndPassword) {
        user = nameAndPassword;
        return this;
    }

    /** Refuses every connection. */
    public synchronized LocalProxy refuse(int status) {
        refusal = status + " Refused";
        return this;
    }

    /** The proxy's host and port, for addresses. */
    public int port() {
        return server.getLocalPort();
    }

    /** The first lines and headers of what came in, one text for each connection. */
    public synchronized List<String> heads() {
        return List.copyOf(heads);
    }

    private void run(Runnable task) {
        Thread thread = new Thread(task, "local-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                run(() -> serve(client));
            }
        } catch (IOException e) {
            System.getLogger(LocalProxy.class.getName()).log(System.Logger.Level.DEBUG, "the proxy ended", e);
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            String answer = answer(head);
            OutputStream out = client.getOutputStream();
            if (answer != null) {
                String text = "HTTP/1.1 " + answer
                        + "\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                out.write(text.getBytes(StandardCharsets.ISO_8859_1));
                return;
            }
            String[] line = head.split(" ", 3);
            boolean tunnel = line[0].equals("CONNECT");
            URI target = URI.create(tunnel ? "https://" + line[1] : line[1]);
            try (Socket host = new Socket(InetAddress.getLoopbackAddress(), target.getPort())) {
                if (tunnel) {
                    out.write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                } else {
                    host.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
                }
                run(() -> copy(client, host));
                copy(host, client);
            }
        } catch (IOException e) {
            System.getLogger(LocalProxy.class.getName()).log(System.Logger.Level.DEBUG, "a connection ended", e);
        }
    }

    private synchronized @Nullable String answer(String head) {
        heads.add(head);
        if (refusal != null) {
            return refusal;
        }
        String expected = user == null
                ? ""
                : "proxy-authorization: basic "
                        + Base64.getEncoder()
                                .encodeToString(user.getBytes(StandardCharsets.UTF_8))
                                .toLowerCase(Locale.ROOT);
        return head.toLowerCase(Locale.ROOT).contains(expected) ? null : "407 Proxy Authentication Required";
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the client went away");
            }
            bytes.write(next);
            text = next == '\n' ? bytes.toString(StandardCharsets.ISO_8859_1) : "";
        }
        return text;
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            System.getLogger(LocalProxy.class.getName()).log(System.Logger.Level.DEBUG, "a connection ended", e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
