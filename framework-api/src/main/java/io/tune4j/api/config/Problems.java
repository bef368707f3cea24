package io.tune4j.api.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
    private final Set<String> referenced = new HashSet<>();

    public void add(Origin origin, String path, String message) {
        found.add(new Problem(origin, path, message));
    }

    /** Says that another value refers to this key, which is then no mistake even if nobody else reads it. */
    void refer(String path) {
        referenced.add(path);
    }

    boolean isReferredTo(String path) {
        return referenced.contains(path);
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
