// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import io.tune4j.api.error.UserException;
import io.tune4j.api.io.UserFolders;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which hub, and as whom. The token appears in no message and not in {@link #toString}.
 *
 * @param endpoint e.g. {@code https://huggingface.co}, without a slash at its end
 * @param token null for anonymous requests
 * @param tokenOrigin where the token came from, for messages; empty without one
 * @param firstWait before a request is tried again; doubles with each further try
 * @param idleLimit how long a connection may stay silent
 * @param proxies between here and there
 */
public record HubSettings(
        URI endpoint,
        @Nullable String token,
        String tokenOrigin,
        Duration firstWait,
        Duration idleLimit,
        HubProxies proxies) {
    private static final String PUBLIC_HUB = "https://huggingface.co";
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(60);

    /**
     * From the environment, by the names that Hugging Face's own client uses: {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code
     * HF_TOKEN_PATH}, {@code HF_HOME}, and by those for proxies.
     *
     * @param token of the command line, which goes before all others, or null
     * @throws UserException if the endpoint or a proxy is no address, or the token cannot be one
     */
    public static HubSettings of(Map<String, String> environment, @Nullable String token) {
        String address = environment.getOrDefault("HF_ENDPOINT", "").strip();
        URI endpoint = endpoint(address.isEmpty() ? PUBLIC_HUB : address);
        HubProxies proxies = HubProxies.of(environment);
        if (token != null && !token.isBlank()) {
            return new HubSettings(
                    endpoint, checked(token, "--hf-token"), "--hf-token", FIRST_WAIT, IDLE_LIMIT, proxies);
        }
        for (String name : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
            String value = environment.getOrDefault(name, "");
            if (!value.isBlank()) {
                return new HubSettings(endpoint, checked(value, name), name, FIRST_WAIT, IDLE_LIMIT, proxies);
            }
        }
        Path file = tokenFile(environment);
        String saved = read(file);
        return saved.isBlank()
                ? new HubSettings(endpoint, null, "", FIRST_WAIT, IDLE_LIMIT, proxies)
                : new HubSettings(
                        endpoint, checked(saved, file.toString()), file.toString(), FIRST_WAIT, IDLE_LIMIT, proxies);
    }

    /** Copies these settings with other times, for tests. */
    public HubSettings withTimes(Duration wait, Duration idle) {
        return new HubSettings(endpoint, token, tokenOrigin, wait, idle, proxies);
    }

    private static URI endpoint(String address) {
        String text = address.replaceFirst("/+$", "");
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw new UserException("HF_ENDPOINT is '" + text + "', which is no address such as " + PUBLIC_HUB);
    }

    /** A header with a line break in it would be refused with the token in the message. */
    private static String checked(String token, String origin) {
        String text = token.strip();
        if (!text.matches("[!-~]+")) {
            throw new UserException(
                    "the token from " + origin + " has characters that no token has (a blank, a line break or"
                            + " a letter beyond ASCII); copy it again from the hub's page for access tokens");
        }
        return text;
    }

    private static Path tokenFile(Map<String, String> environment) {
        String named = environment.getOrDefault("HF_TOKEN_PATH", "");
        if (!named.isBlank()) {
            return Path.of(named);
        }
        String home = environment.getOrDefault("HF_HOME", "");
        return home.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache", "huggingface", "token")
                : Path.of(home, "token");
    }

    private static String read(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UserException(
                    "cannot read the hub's token in " + file + ": " + e.getMessage()
                            + "; make it readable, or give a token with --hf-token",
                    e);
        }
    }

    /** The folder for downloads without a given place. */
    public static Path cache(Map<String, String> environment) {
        return UserFolders.cache(environment);
    }

    @Override
    public String toString() {
        return endpoint + (token == null ? " without a token" : " with the token from " + tokenOrigin);
    }
}
