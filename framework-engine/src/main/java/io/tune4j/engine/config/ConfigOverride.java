// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.Problems;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change to a config from the command line.
 *
 * @param path the parts of the key
 * @param value the new value, or null to delete the key
 * @param origin e.g. {@code override 3: model.lora_rank=64}
 */
record ConfigOverride(List<String> path, @Nullable ConfigNode value, Origin origin) {
    /** Behind every line of a file, so that problems are listed in that order. */
    private static final long FIRST_ORDER = 1L << 60;

    ConfigOverride {
        path = List.copyOf(path);
    }

    String key() {
        return String.join(".", path);
    }

    /**
     * Reads {@code key=value}, {@code --key=value}, {@code --key value} and {@code ~key}. A list that a shell has split
     * at its blanks is put together again.
     */
    static List<ConfigOverride> parse(List<String> arguments, Problems problems) {
        List<ConfigOverride> overrides = new ArrayList<>();
        int number = 0;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            number++;
            boolean dashed = argument.startsWith("--");
            String text = dashed ? argument.substring(2) : argument;
            boolean deletion = text.startsWith("~");
            int equals = deletion ? -1 : text.indexOf('=');
            if (dashed && !deletion && equals < 0 && i + 1 < arguments.size()) {
                equals = text.length();
                text = text + "=" + arguments.get(++i);
            }
            StringBuilder whole = new StringBuilder(text);
            if (equals >= 0 && isOpen(text, equals + 1)) {
                int next = i;
                while (next + 1 < arguments.size() && isOpen(whole, equals + 1)) {
                    whole.append(' ').append(arguments.get(++next));
                }
                i = isOpen(whole, equals + 1) ? i : next;
            }
            add(overrides, deletion, whole.toString(), equals, number, problems);
        }
        return overrides;
    }

    private static void add(
            List<ConfigOverride> overrides, boolean deletion, String text, int equals, int number, Problems problems) {
        Origin origin = new Origin("override " + number + ": " + shortened(text), FIRST_ORDER + number);
        String key = deletion ? text.substring(1) : equals < 0 ? text : text.substring(0, equals);
        List<String> path = KeyPath.parse(key);
        if (path == null || (!deletion && equals < 0)) {
            problems.add(origin, "", "expected key=value, such as model.lora_rank=16, or ~key to delete a key");
            return;
        }
        overrides.add(new ConfigOverride(
                path, deletion ? null : OverrideValue.parse(text.substring(equals + 1), origin, problems), origin));
    }

    /** Whether a bracket or brace of a value has not been closed. */
    private static boolean isOpen(CharSequence text, int from) {
        if (from >= text.length() || (text.charAt(from) != '[' && text.charAt(from) != '{')) {
            return false;
        }
        int depth = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
        }
        return depth > 0;
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }
}
