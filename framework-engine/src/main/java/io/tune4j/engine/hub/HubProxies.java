// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import io.tune4j.api.error.UserException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that the environment names, by the variables that other tools heed: {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code
 * NO_PROXY}, in lower case too. The password of a proxy appears in no message and not in {@link #toString}.
 *
 * @param https for addresses that begin with {@code https}, or null for none
 * @param http for addresses that begin with {@code http}, or null for none
 * @param exceptions hosts that are asked without a proxy
 */
public record HubProxies(@Nullable Proxy https, @Nullable Proxy http, NoProxy exceptions) {
    /** Without proxies. */
    public static final HubProxies NONE = new HubProxies(null, null, new NoProxy(""));

    private static final int DEFAULT_PORT = 80;

    /**
     * A proxy.
     *
     * @param variable that names it
     * @param authorization a header's value, or null if its address has no user
     */
    public record Proxy(
            String variable,
            String host,
            int port,
            @Nullable String authorization) {
        InetSocketAddress address() {
            return InetSocketAddress.createUnresolved(host, port);
        }

        /** Describes the proxy, for messages. */
        @Override
        public String toString() {
            return host + ":" + port + " (from " + variable + ")";
        }
    }

    /**
     * Reads the variables.
     *
     * @throws UserException if one of them names no proxy that can be used
     */
    public static HubProxies of(Map<String, String> environment) {
        return new HubProxies(
                proxy(environment, "https_proxy"),
                proxy(environment, "http_proxy"),
                new NoProxy(value(environment, name(environment, "no_proxy"))));
    }

    /** The lower case goes first, as it does for curl and Python. */
    private static String name(Map<String, String> environment, String lower) {
        String upper = lower.toUpperCase(Locale.ROOT);
        return value(environment, lower).isEmpty() ? upper : lower;
    }

    private static String value(Map<String, String> environment, String name) {
        return environment.getOrDefault(name, "").strip();
    }

    private static @Nullable Proxy proxy(Map<String, String> environment, String lower) {
        String variable = name(environment, lower);
        String text = value(environment, variable);
        if (text.isEmpty()) {
            return null;
        }
        URI address;
        try {
            address = URI.create(text.contains("://") ? text : "http://" + text);
        } catch (IllegalArgumentException e) {
            // The text may have a password in it, so it is not shown; a cause would show it.
            throw unusable(variable, "is no address");
        }
        if (!"http".equalsIgnoreCase(address.getScheme())) {
            throw unusable(
                    variable,
                    "names a proxy that is spoken to by " + address.getScheme()
                            + ", and only http can be spoken to one");
        }
        if (address.getHost() == null) {
            throw unusable(variable, "has no host in its address");
        }
        int port = address.getPort() < 0 ? DEFAULT_PORT : address.getPort();
        return new Proxy(variable, address.getHost(), port, authorization(address.getRawUserInfo()));
    }

    private static @Nullable String authorization(@Nullable String user) {
        if (user == null || user.isEmpty()) {
            return null;
        }
        String plain = URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8);
        String pair = plain.contains(":") ? plain : plain + ":";
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static UserException unusable(String variable, String why) {
        return new UserException("the environment variable " + variable + " " + why
                + "; set it to an address such as http://proxy.example.com:3128 (with http://USER:PASSWORD@ before the host if"
                + " need be, special characters as %40), or unset it for this command");
    }

    /** The proxy for an address, or null if it is asked directly. */
    @Nullable
    Proxy forAddress(URI address) {
        Proxy proxy = "https".equalsIgnoreCase(address.getScheme()) ? https : http;
        return proxy == null || exceptions.covers(address) ? null : proxy;
    }

    boolean isEmpty() {
        return https == null && http == null;
    }

    boolean haveUsers() {
        return (https != null && https.authorization() != null) || (http != null && http.authorization() != null);
    }
}
