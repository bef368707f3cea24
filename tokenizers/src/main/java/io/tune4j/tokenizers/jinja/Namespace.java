// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code namespace(...)}: attributes that a template can set from within loops. */
final class Namespace {
    private final Map<String, @Nullable Object> attributes = new LinkedHashMap<>();

    void set(String name, @Nullable Object value) {
        if (name.startsWith("_")) {
            throw new JinjaException(
                    JinjaException.Kind.SECURITY,
                    "a namespace takes no attribute that begins with an underscore: " + name);
        }
        attributes.put(name, value);
    }

    boolean has(String name) {
        return attributes.containsKey(name);
    }

    @Nullable
    Object get(String name) {
        return attributes.get(name);
    }

    Dict asDict() {
        Dict dict = new Dict();
        attributes.forEach((name, value) -> dict.put(Text.of(name), value));
        return dict;
    }
}
