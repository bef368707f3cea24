// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hidden name of something that is being written beside its target: {@code .NAME.PLACE-PID-COUNT.tune4j-tmp}, or
 * {@code .tune4j-old} for the version that a directory swap moved aside. Process id and place tell a living writer's files
 * from those that a kill left.
 *
 * @param target name of the file or directory that it will become or was
 * @param place where the process id counts, see {@link ThisProcess#place}; null in names of earlier versions
 * @param pid the process that made it
 * @param old whether it is a complete former version
 */
record TemporaryName(String target, @Nullable String place, long pid, boolean old) {
    static final String SUFFIX = ".tune4j-tmp";
    static final String OLD_SUFFIX = ".tune4j-old";

    /** Nobody writes a file for so long without touching it. */
    private static final Duration LONGEST_SILENCE = Duration.ofDays(7);

    /** Between a process's start as the system tells it and the time that a file system gives to a file. */
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(5);

    private static final Pattern SYNTAX =
            Pattern.compile("\\.(.+)\\.(?:([0-9a-f]{8})-)?(\\d{1,18})-\\d{1,18}\\.tune4j-(tmp|old)", Pattern.DOTALL);
    private static final AtomicLong COUNT = new AtomicLong();
    // File names, not paths, because a directory can be reached by several; the count makes them unique.
    private static final Set<String> IN_USE = ConcurrentHashMap.newKeySet();

    /** A name beside the target that nothing else has; it counts as in use until {@link #release}. */
    static Path reserve(Path target, String suffix) {
        while (true) {
            String name = "." + target.getFileName() + "." + ThisProcess.place() + "-" + ThisProcess.pid() + "-"
                    + COUNT.incrementAndGet() + suffix;
            Path path = target.resolveSibling(name);
            // In a container a killed process had the same id as this one, and counted from 1 too.
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                IN_USE.add(name);
                return path;
            }
        }
    }

    static void release(Path path) {
        IN_USE.remove(String.valueOf(path.getFileName()));
    }

    /** Whether the path lies in a directory that this process is writing. */
    static boolean isBelowOneInUse(Path path) {
        for (Path above = path.getParent(); above != null; above = above.getParent()) {
            if (IN_USE.contains(String.valueOf(above.getFileName()))) {
                return true;
            }
        }
        return false;
    }

    /** Reads a path's name, null if it is not one of ours. */
    static @Nullable TemporaryName parse(Path path) {
        Matcher matcher = SYNTAX.matcher(String.valueOf(path.getFileName()));
        return matcher.matches()
                ? new TemporaryName(
                        matcher.group(1),
                        matcher.group(2),
                        Long.parseLong(matcher.group(3)),
                        matcher.group(4).equals("old"))
                : null;
    }

    /**
     * Whether the writer of this path is dead.
     *
     * @param sole whether this process alone may write to the target, so that what it does not know is left over
     */
    boolean isLeftover(Path path, boolean sole) {
        if (IN_USE.contains(String.valueOf(path.getFileName()))) {
            return false;
        }
        if (sole) {
            return true;
        }
        Instant touched = touched(path);
        if (place != null && !place.equals(ThisProcess.place())) {
            // Its process is on another machine or in another container, which cannot be checked from here.
            return touched.isBefore(Instant.now().minus(LONGEST_SILENCE));
        }
        return pid == ThisProcess.pid() || !mayBeOf(pid, touched);
    }

    /** Whether a process runs that is old enough to have written something then; ids are given again. */
    private static boolean mayBeOf(long pid, Instant touched) {
        ProcessHandle process = ProcessHandle.of(pid).orElse(null);
        if (process == null || !process.isAlive()) {
            return false;
        }
        Instant started = process.info().startInstant().orElse(Instant.MIN);
        return started.isBefore(touched.plus(CLOCKS_DIFFER));
    }

    private static Instant touched(Path path) {
        try {
            return Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
        } catch (IOException e) {
            return Instant.now();
        }
    }
}
