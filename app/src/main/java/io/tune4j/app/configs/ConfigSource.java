// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A config that can be read.
 *
 * @param name what it is called on the command line
 * @param location for origins of values, e.g. {@code my.yaml} or {@code my-plugin.jar!/configs/x.yaml}
 * @param plugin the id of the plugin that it came with, null for the others
 * @param reader reads its text; throws {@link io.tune4j.api.error.UserException} if it cannot
 */
public record ConfigSource(
        String name, String location, @Nullable String plugin, Supplier<String> reader) {
    /** The comment at the head of our and torchtune's configs: the command that runs them. */
    private static final Pattern COMMAND = Pattern.compile("^#.*?\\btune run ([\\w/.-]+)", Pattern.MULTILINE);

    public String text() {
        return reader.get();
    }

    /** The recipe that it is made for, according to its opening comment; null if that does not say. */
    public @Nullable String recipe() {
        return recipe(text());
    }

    static @Nullable String recipe(String text) {
        Matcher matcher = COMMAND.matcher(text);
        return matcher.find() ? matcher.group(1) : null;
    }
}
