// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code model.lora_attn_modules[0]} as {@code [model, lora_attn_modules, 0]}. */
final class KeyPath {
    private static final Pattern PART = Pattern.compile("([^.\\[\\]]+)((?:\\[\\d{1,6}])*)");

    /** Characters of a path: what goes along one calls itself once for each part. */
    private static final int LONGEST = 1000;

    private KeyPath() {}

    /** The parts, or null if the text is no path. */
    static @Nullable List<String> parse(String text) {
        if (text.length() > LONGEST) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        for (String piece : text.split("\\.", -1)) {
            Matcher matcher = PART.matcher(piece);
            if (!matcher.matches()) {
                return null;
            }
            parts.add(matcher.group(1));
            for (String index : matcher.group(2).split("[\\[\\]]+")) {
                if (!index.isEmpty()) {
                    parts.add(index);
                }
            }
        }
        return parts;
    }

    static boolean isIndex(String part) {
        return part.matches("\\d{1,6}");
    }
}
