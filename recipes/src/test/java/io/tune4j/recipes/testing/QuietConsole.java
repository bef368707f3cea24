// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.testing;

import io.tune4j.api.recipe.Console;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Keeps what is said. */
public final class QuietConsole implements Console {
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void line(String text) {
        lines.add(text);
    }

    @Override
    public void warning(String text) {
        warnings.add(text);
    }

    @Override
    public void detail(String text) {
        lines.add(text);
    }

    @Override
    public void level(String name) {
        // Everything is kept.
    }

    @Override
    public void progress(long done, long total, String text) {
        lines.add(text);
    }

    /** Lines and details. */
    public List<String> lines() {
        return lines;
    }

    public List<String> warnings() {
        return warnings;
    }
}
