// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.Problems.Problem;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/** Collects everything wrong with a config, to be shown at once. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Problems {
    /**
     * One mistake: where, which key, what, and what to do.
     *
     * @param missingFile whether the config is right and only a file or folder it names is not there yet
     */
    public record Problem(Origin origin, String path, String message, boolean missingFile) {
        @Override
        public String toString() {
            return origin + ": " + (path.isEmpty() ? "" : path + ": ") + message;
        }
    }

    private final List<Problem> found = new ArrayList<>();
    private final Set<String> referenced = new HashSet<>();

    /**
     * Records a mistake.
     *
     * @param origin where it was written
     * @param path the dotted path of the key
     * @param message what is wrong, and what would be right
     */
    public void add(Origin origin, String path, String message) {
        found.add(new Problem(origin, path, message, false));
    }

    /** A file or folder that the config names and a run needs is not there: no mistake of the config as such. */
    public void addMissingFile(Origin origin, String path, String message) {
        found.add(new Problem(origin, path, message, true));
    }

    /** Records that another value refers to this key, which is then no mistake even if nothing else reads it. */
    public void refer(String path) {
        referenced.add(path);
    }

    /** The keys that other values refer to. */
    public SortedSet<String> referred() {
        return new TreeSet<>(referenced);
    }

    boolean isReferredTo(String path) {
        return referenced.contains(path);
    }

    /** Whether no mistake was recorded. */
    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** All problems, in the order of the source. */
    public List<Problem> all() {
        return found.stream()
                .sorted(Comparator.comparingLong(problem -> problem.origin().order()))
                .distinct()
                .toList();
    }

    /** The mistakes in the config itself, without missing files. */
    public List<Problem> mistakes() {
        return all().stream().filter(problem -> !problem.missingFile()).toList();
    }

    /** @throws ConfigException listing all problems, if there are any */
    public void throwIfAny() {
        if (!isEmpty()) {
            throw new ConfigException(all());
        }
    }

    /** A config with mistakes, all of them. */
    public static final class ConfigException extends UserException {
        private static final long serialVersionUID = 1L;

        /** Whether nothing but files is missing. */
        private final boolean onlyFiles;

        ConfigException(List<Problem> problems) {
            super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
            onlyFiles = problems.stream().allMatch(Problem::missingFile);
        }

        /** That of a {@link DataException} if nothing but files is missing. */
        @Override
        public int exitCode() {
            return onlyFiles ? new DataException("files are missing").exitCode() : super.exitCode();
        }
    }
}
