// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Hosts that are asked without a proxy. The list is separated by commas or blanks. Each entry is a host, which stands for the hosts below
 * it too, {@code host:port}, a network such as {@code 10.0.0.0/8}, or {@code *} for all.
 */
public final class NoProxy {
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F:.]*:[0-9a-fA-F:.]*]?");

    private final List<String> entries;

    /** @param list as {@code NO_PROXY} has it */
    public NoProxy(String list) {
        entries = Arrays.stream(list.split("[,\\s]+"))
                .map(entry -> entry.toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    boolean covers(URI address) {
        String host = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT);
        int port = address.getPort() >= 0 ? address.getPort() : "https".equals(address.getScheme()) ? 443 : 80;
        return entries.stream().anyMatch(entry -> covers(entry, host, port));
    }

    private static boolean covers(String entry, String host, int port) {
        if (entry.equals("*")) {
            return true;
        }
        if (entry.contains("/")) {
            return inNetwork(entry, host);
        }
        String name = entry;
        int colon = entry.lastIndexOf(':');
        if (colon > 0 && entry.indexOf(':') == colon || entry.contains("]:")) {
            if (!entry.substring(colon + 1).equals(String.valueOf(port))) {
                return false;
            }
            name = entry.substring(0, colon);
        }
        if (LITERAL.matcher(host).matches()) {
            return bare(name).equals(bare(host));
        }
        String domain = name.replaceFirst("^\\*?\\.", "");
        return host.equals(domain) || host.endsWith("." + domain);
    }

    private static String bare(String host) {
        return host.replaceAll("[\\[\\]]", "");
    }

    private static boolean inNetwork(String network, String host) {
        int slash = network.indexOf('/');
        byte[] base = literal(network.substring(0, slash));
        byte[] address = literal(host);
        String length = network.substring(slash + 1);
        if (base == null || address == null || base.length != address.length || !length.matches("\\d{1,3}")) {
            return false;
        }
        int shift = Math.max(0, base.length * 8 - Integer.parseInt(length));
        return new BigInteger(1, base).shiftRight(shift).equals(new BigInteger(1, address).shiftRight(shift));
    }

    /** An address that is written in numbers; a name is not looked up. */
    private static byte @Nullable [] literal(String host) {
        try {
            return LITERAL.matcher(host).matches()
                    ? InetAddress.getByName(bare(host)).getAddress()
                    : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NoProxy list && entries.equals(list.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        return String.join(",", entries);
    }
}
