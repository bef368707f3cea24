// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigReader;
import org.jspecify.annotations.Nullable;

/** Numbers that several sections have. */
final class Numbers {
    /** No upper bound. */
    static final int ANY = Integer.MAX_VALUE;

    private Numbers() {}

    /** A limit of at least 1; null where there is none. */
    static @Nullable Integer limit(ConfigReader root, String key) {
        Integer value = root.integerOrNull(key);
        if (value != null && value < 1) {
            root.problem(key, "expected at least 1, or null for no limit, found " + value);
        }
        return value;
    }
}
