package io.tune4j.api.config;

import java.util.ArrayList;
import java.util.List;

/** Things worth one line to the user that are no mistakes. */
public final class Notices {
    private final List<String> lines = new ArrayList<>();

    public void add(String line) {
        if (!lines.contains(line)) {
            lines.add(line);
        }
    }

    public List<String> all() {
        return List.copyOf(lines);
    }
}
