package io.tune4j.api.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects everything wrong with a config, to be shown at once. */
public final class Problems {
    /** One mistake: where, which key, what, and what to do. */
    public record Problem(Origin origin, String path, String message) {
        @Override
        public String toString() {
            return origin + ": " + (path.isEmpty() ? "" : path + ": ") + message;
        }
    }

    private final List<Problem> found = new ArrayList<>();

    public void add(Origin origin, String path, String message) {
        found.add(new Problem(origin, path, message));
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** In the order of the source. */
    public List<Problem> all() {
        return found.stream()
                .sorted(Comparator.comparingLong(problem -> problem.origin().order()))
                .distinct()
                .toList();
    }

    /** @throws ConfigException listing all problems, if there are any */
    public void throwIfAny() {
        if (!isEmpty()) {
            throw new ConfigException(all());
        }
    }
}
