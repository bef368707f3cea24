// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import io.tune4j.api.error.ResourceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the hub: redirects are followed without taking the token to another host, and what may go better the next time
 * is tried again.
 */
final class HubHttp {
    /** Tries of one request that bring nothing. */
    static final int MOST_TRIES = 6;

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int PROXY_REFUSES = 407;
    private static final Set<Integer> LATER = Set.of(408, 425, 429, 500, 502, 503, 504);
    private static final int MOST_REDIRECTS = 10;
    private static final String TUNNEL_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";
    private static final Pattern TUNNEL_REFUSED = Pattern.compile("Tunnel failed, got: (4\\d\\d)");
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);

    private final HubSettings settings;
    private final HttpClient client;

    HubHttp(HubSettings settings) {
        this.settings = settings;
        // Several connections are faster than several streams of one, hence not HTTP/2.
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_LIMIT);
        if (!settings.proxies().isEmpty()) {
            if (settings.proxies().haveUsers() && System.getProperty(TUNNEL_SCHEMES) == null) {
                // Java sends no password to a proxy that makes a tunnel unless it is told to.
                System.setProperty(TUNNEL_SCHEMES, "");
            }
            builder.proxy(new ProxyChoice(settings.proxies()));
        }
        this.client = builder.build();
    }

    /**
     * One request, with its redirects but without further tries.
     *
     * @param range for a {@code Range} header, or null
     * @throws PermanentFault if another try would fail too
     */
    HttpResponse<InputStream> once(URI address, @Nullable String range) throws IOException, InterruptedException {
        URI target = address;
        Set<URI> seen = new HashSet<>();
        while (seen.add(target)) {
            if (seen.size() > MOST_REDIRECTS) {
                throw new PermanentFault("more than " + MOST_REDIRECTS + " redirects");
            }
            HttpRequest.Builder request = HttpRequest.newBuilder(target)
                    .timeout(settings.idleLimit())
                    .header("User-Agent", "tune4j")
                    // A compressed answer would have another length than the file.
                    .header("Accept-Encoding", "identity")
                    .GET();
            if (settings.token() != null && isHub(target)) {
                request.header("Authorization", "Bearer " + settings.token());
            }
            if (range != null) {
                request.header("Range", range);
            }
            HubProxies.Proxy proxy = settings.proxies().forAddress(target);
            if (proxy != null && proxy.authorization() != null) {
                // Over TLS only the proxy gets it, with the request for a tunnel.
                request.header("Proxy-Authorization", proxy.authorization());
            }
            HttpResponse<InputStream> response = send(request.build(), proxy, seen.size() > 1);
            if (!REDIRECTS.contains(response.statusCode())) {
                return response;
            }
            response.body().close();
            String location =
                    response.headers().firstValue("Location").orElse("").strip();
            if (location.isEmpty()) {
                throw new PermanentFault(host(target) + " sent a redirect (" + response.statusCode() + ") to nothing");
            }
            target = next(target, location);
        }
        throw new PermanentFault("a loop of redirects, back to one at " + host(target));
    }

    private HttpResponse<InputStream> send(HttpRequest request, HubProxies.@Nullable Proxy proxy, boolean redirected)
            throws IOException, InterruptedException {
        try {
            HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
            if (response.statusCode() == PROXY_REFUSES) {
                // Its body is null if it is the answer to the request for a tunnel.
                throw new PermanentFault(
                        proxy == null
                                ? "a proxy asks for a user and a password (407)"
                                : "the proxy " + proxy + " asks for "
                                        + (proxy.authorization() == null ? "" : "another ") + "user and password (407);"
                                        + " they stand in " + proxy.variable() + " as http://USER:PASSWORD@HOST:PORT");
            }
            return response;
        } catch (ConnectException e) {
            if (redirected && proxy == null && isUnknownHost(e)) {
                throw new PermanentFault("a redirect to " + host(request.uri()) + ", a host that nobody knows");
            }
            throw proxy == null ? e : withCause("no connection to the proxy " + proxy, e);
        } catch (IOException e) {
            Matcher refused = TUNNEL_REFUSED.matcher(String.valueOf(e.getMessage()));
            if (refused.find()) {
                throw new PermanentFault("the proxy " + proxy + " lets nobody through to " + host(request.uri()) + " ("
                        + refused.group(1) + ")");
            }
            throw e;
        }
    }

    private static boolean isUnknownHost(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof UnresolvedAddressException)) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    private static IOException withCause(String message, IOException cause) {
        return new IOException(message, cause);
    }

    /** The part of an address that messages may show: the query may contain a signature. */
    private static String host(URI address) {
        return String.valueOf(address.getHost());
    }

    /** Only to the very server that the token is for: same scheme, host and port. */
    private boolean isHub(URI target) {
        URI hub = settings.endpoint();
        return hub.getScheme().equalsIgnoreCase(target.getScheme())
                && hub.getHost().equalsIgnoreCase(target.getHost())
                && hub.getPort() == target.getPort();
    }

    private static URI next(URI from, String location) throws IOException {
        try {
            URI target = from.resolve(location);
            boolean web = "http".equals(target.getScheme()) || "https".equals(target.getScheme());
            boolean weaker = "https".equals(from.getScheme()) && "http".equals(target.getScheme());
            if (!web || weaker || target.getHost() == null) {
                throw new PermanentFault("a redirect from " + host(from)
                        + (weaker ? " that leaves TLS, which is" : " to an address that is") + " not followed");
            }
            return target;
        } catch (IllegalArgumentException e) {
            throw new PermanentFault("a redirect from " + host(from) + " to what is no address");
        }
    }

    /**
     * A request that is tried again as long as that makes sense.
     *
     * @param what for messages, e.g. {@code the list of files}
     * @return any answer that trying again would not change; the caller closes its body
     * @throws ResourceException if the server cannot be reached
     */
    HttpResponse<InputStream> get(URI address, String what, HubProgress progress) {
        for (int tries = 1; ; tries++) {
            String reason;
            HttpHeaders answer = null;
            try {
                HttpResponse<InputStream> response = once(address, null);
                if (!isWorthAnotherTry(response.statusCode()) || tries >= MOST_TRIES) {
                    return response;
                }
                reason = "answer " + response.statusCode();
                answer = response.headers();
                response.body().close();
            } catch (IOException e) {
                reason = reason(e);
                if (tries >= MOST_TRIES || e instanceof PermanentFault) {
                    throw unreachable(what, reason, e);
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
            await(what + ": " + reason, tries, answer, progress);
        }
    }

    static boolean isWorthAnotherTry(int status) {
        return LATER.contains(status);
    }

    /**
     * Waits before another try, and tells how long.
     *
     * @param what went wrong
     * @param answer the headers of the server's answer, or null if none came
     */
    void await(String what, int tries, @Nullable HttpHeaders answer, HubProgress progress) {
        RetryWait wait = RetryWait.after(tries, settings.firstWait(), answer);
        progress.note(what + ", " + wait.describe());
        try {
            Thread.sleep(wait.length().toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    ResourceException unreachable(String what, String reason, IOException e) {
        String check = e instanceof PermanentFault
                ? "Check HF_ENDPOINT, and the proxy or log-in page between here and there"
                : "Check the connection (and HF_ENDPOINT" + (settings.proxies().isEmpty() ? ")" : ", HTTPS_PROXY)");
        return new ResourceException(
                "cannot get " + what + " from " + settings.endpoint() + ": " + reason + ". " + check
                        + ", then run the same command again: what was downloaded stays",
                e);
    }

    static ResourceException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new ResourceException("the download was interrupted; run it again to go on", e);
    }

    /** Describes an error without its address, because a file's address may contain a signature. */
    static String reason(IOException e) {
        String text = e.getMessage();
        return switch (e.getClass().getSimpleName()) {
            case "ConnectException" -> "no connection";
            case "HttpConnectTimeoutException" -> "no connection within " + CONNECT_LIMIT.toSeconds() + " seconds";
            case "HttpTimeoutException" -> "no answer in time";
            case "UnknownHostException", "UnresolvedAddressException" -> "unknown host";
            case "PermanentFault" -> String.valueOf(text);
            default -> text == null || text.contains("://") ? "the connection broke" : text;
        };
    }
}
