package io.tune4j.api.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The version of this API. A plugin made for another major version is refused before any of its code runs. A jar says what it
 * was made for by the manifest attribute {@link #MANIFEST_ATTRIBUTE}; a named module need not, because javac writes the
 * version of {@code io.tune4j.api} that it saw into the module's descriptor.
 */
public final class ApiVersion {
    /** The name in a jar's manifest, e.g. {@code Tune4J-Api-Version: 0.1}. */
    public static final String MANIFEST_ATTRIBUTE = "Tune4J-Api-Version";

    private static final String CURRENT = read();

    private ApiVersion() {}

    /** The version of the API that is running, e.g. {@code 0.1.0}. */
    public static String current() {
        return CURRENT;
    }

    /** Whether a plugin made for that version can run here: its major version is this one's. */
    public static boolean accepts(String version) {
        return major(version).equals(major(CURRENT));
    }

    /** The first number of a version. */
    public static String major(String version) {
        int end = 0;
        while (end < version.length() && Character.isDigit(version.charAt(end))) {
            end++;
        }
        return version.substring(0, end);
    }

    private static String read() {
        try (InputStream in = Objects.requireNonNull(ApiVersion.class.getResourceAsStream("api.version"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
