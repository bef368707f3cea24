package io.tune4j.api.hub;

import io.tune4j.api.error.ResourceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the hub: redirects are followed without taking the token to another host, and what may go better the next time
 * is tried again.
 */
final class HubHttp {
    /** Tries of one request that bring nothing. */
    static final int MOST_TRIES = 6;

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> LATER = Set.of(408, 425, 429, 500, 502, 503, 504);
    private static final int MOST_REDIRECTS = 10;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Duration LONGEST_ADVISED_WAIT = Duration.ofMinutes(5);

    private final HubSettings settings;
    private final HttpClient client;

    HubHttp(HubSettings settings) {
        this.settings = settings;
        // Several connections are faster than several streams of one, hence not HTTP/2.
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_LIMIT)
                .build();
    }

    /**
     * One request, with its redirects but without further tries.
     *
     * @param range for a {@code Range} header, or null
     */
    HttpResponse<InputStream> once(URI address, @Nullable String range) throws IOException, InterruptedException {
        URI target = address;
        for (int i = 0; i < MOST_REDIRECTS; i++) {
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
            HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
            Optional<String> location = response.headers().firstValue("Location");
            if (!REDIRECTS.contains(response.statusCode()) || location.isEmpty()) {
                return response;
            }
            response.body().close();
            target = next(target, location.get());
        }
        throw new IOException("more than " + MOST_REDIRECTS + " redirects");
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
                throw new IOException("a redirect to an address that is not followed");
            }
            return target;
        } catch (IllegalArgumentException e) {
            throw new IOException("a redirect to what is no address", e);
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
            Duration advised = null;
            try {
                HttpResponse<InputStream> response = once(address, null);
                if (!isWorthAnotherTry(response.statusCode()) || tries >= MOST_TRIES) {
                    return response;
                }
                reason = "answer " + response.statusCode();
                advised = advisedWait(response);
                response.body().close();
            } catch (IOException e) {
                reason = reason(e);
                if (tries >= MOST_TRIES) {
                    throw unreachable(what, reason, e);
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
            progress.note(what + ": " + reason + ", trying again");
            await(tries, advised);
        }
    }

    static boolean isWorthAnotherTry(int status) {
        return LATER.contains(status);
    }

    /** What {@code Retry-After} says, in seconds or as a date; null if it says nothing. */
    static @Nullable Duration advisedWait(HttpResponse<?> response) {
        String text = response.headers().firstValue("Retry-After").orElse("").strip();
        if (text.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Duration.between(Instant.now(), then);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** Waits before another try; what the server advises goes before our own doubling. */
    void await(int tries, @Nullable Duration advised) {
        Duration wait = settings.firstWait().multipliedBy(1L << Math.min(tries - 1, 10));
        wait = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        if (advised != null && !advised.isNegative()) {
            wait = advised.compareTo(LONGEST_ADVISED_WAIT) > 0 ? LONGEST_ADVISED_WAIT : advised;
        }
        try {
            Thread.sleep(wait.toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    ResourceException unreachable(String what, String reason, IOException e) {
        return new ResourceException(
                "cannot get " + what + " from " + settings.endpoint() + ": " + reason
                        + ". Check the connection (and HF_ENDPOINT), then run the same command again: what was downloaded"
                        + " stays",
                e);
    }

    static ResourceException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new ResourceException("the download was interrupted; run it again to go on", e);
    }

    /** In words, without an address: that of a file may have a signature in it. */
    static String reason(IOException e) {
        String text = e.getMessage();
        return switch (e.getClass().getSimpleName()) {
            case "ConnectException" -> "no connection";
            case "HttpConnectTimeoutException" -> "no connection within " + CONNECT_LIMIT.toSeconds() + " seconds";
            case "HttpTimeoutException" -> "no answer in time";
            case "UnknownHostException", "UnresolvedAddressException" -> "unknown host";
            default -> text == null || text.contains("://") ? "the connection broke" : text;
        };
    }
}
