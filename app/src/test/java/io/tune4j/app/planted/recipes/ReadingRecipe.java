// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.planted.recipes;

import org.jspecify.annotations.Nullable;

/** A recipe that asks the system. */
public final class ReadingRecipe {
    private ReadingRecipe() {}

    public static @Nullable String home() {
        return System.getenv("HOME");
    }

    public static @Nullable String property() {
        return System.getProperty("user.home");
    }

    public static boolean flag() {
        return Boolean.getBoolean("flag");
    }
}
