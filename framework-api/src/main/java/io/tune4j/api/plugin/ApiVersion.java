// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/**
 * The version of this API, counted as Semantic Versioning 2.0.0 does. A plugin made for an incompatible version is refused
 * before any of its code runs. A jar says what it
 * was made for by the manifest attribute {@link #MANIFEST_ATTRIBUTE}; a named module need not, because javac writes the
 * version of {@code io.tune4j.api} that it saw into the module's descriptor.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class ApiVersion {
    /** The name in a jar's manifest, e.g. {@code Tune4J-Api-Version: 0.1}. */
    public static final String MANIFEST_ATTRIBUTE = "Tune4J-Api-Version";

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,9})(?:\\.(\\d{1,9}))?(?!\\d)");

    private static final String CURRENT = read();

    private ApiVersion() {}

    /** The version of the API that is running, e.g. {@code 0.1.0}. */
    public static String current() {
        return CURRENT;
    }

    /**
     * Whether a plugin made for that version can run here. As long as the major version is 0, each minor version may break
     * what was before, so it must be the same one. From 1 on the major version must be the same, and the minor version not
     * newer than this one's, which may lack what the plugin calls.
     */
    public static boolean accepts(String version) {
        return accepts(version, CURRENT);
    }

    static boolean accepts(String plugin, String api) {
        Matcher made = NUMBERS.matcher(plugin);
        Matcher here = NUMBERS.matcher(api);
        if (!made.lookingAt() || !here.lookingAt() || !made.group(1).equals(here.group(1))) {
            return false;
        }
        return made.group(1).equals("0") ? minor(made) == minor(here) : minor(made) <= minor(here);
    }

    /** The part of a version that compatible ones share: {@code 0.1} of 0.1.4, but {@code 1} of 1.4. */
    public static String series(String version) {
        Matcher numbers = NUMBERS.matcher(version);
        if (!numbers.lookingAt()) {
            return version;
        }
        return numbers.group(1).equals("0") ? "0." + minor(numbers) : numbers.group(1);
    }

    private static int minor(Matcher numbers) {
        return numbers.group(2) == null ? 0 : Integer.parseInt(numbers.group(2));
    }

    private static String read() {
        try (InputStream in = Objects.requireNonNull(ApiVersion.class.getResourceAsStream("api.version"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
