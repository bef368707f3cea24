// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * The result of clearing up the files that killed processes had left.
 *
 * @param restored former versions that got their names back, by these names
 * @param deleted half-written files and directories, and such that were on their way out
 * @param stuck those that could not be deleted; they do no harm
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public record Settled(List<Path> restored, List<Path> deleted, List<Path> stuck) {
    public Settled {
        restored = List.copyOf(restored);
        deleted = List.copyOf(deleted);
        stuck = List.copyOf(stuck);
    }

    /**
     * Clears up a directory as {@link AtomicFiles#recover} does, for some targets.
     *
     * @param wanted names of the targets that are settled
     * @param sole names of targets that this process alone may write to, by a {@link DirectoryLock} that it has: whatever else
     *     wrote to them is dead, wherever it ran
     */
    public static Settled in(Path parent, Predicate<String> wanted, Predicate<String> sole) {
        try {
            return Leftovers.settle(parent, wanted, sole);
        } catch (IOException e) {
            throw FileErrors.writing(parent.toString(), parent.resolve("any"), 0, e);
        }
    }

    /** Whether there was anything. */
    public boolean isEmpty() {
        return restored.isEmpty() && deleted.isEmpty() && stuck.isEmpty();
    }

    /** Both together. */
    public Settled and(Settled other) {
        return new Settled(
                joined(restored, other.restored), joined(deleted, other.deleted), joined(stuck, other.stuck));
    }

    private static List<Path> joined(List<Path> first, List<Path> second) {
        List<Path> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /** One line: what was deleted, restored and could not be deleted. */
    public String describe() {
        List<String> parts = new ArrayList<>();
        add(parts, "deleted ", deleted);
        add(parts, "restored ", restored);
        add(parts, "could not delete ", stuck);
        return String.join("; ", parts);
    }

    private static void add(List<String> parts, String what, List<Path> paths) {
        if (!paths.isEmpty()) {
            parts.add(what + paths.stream().map(Path::toString).collect(Collectors.joining(", ")));
        }
    }
}
