package io.tune4j.api.io;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hidden name of something that is being written beside its target: {@code .NAME.PID-COUNT.tune4j-tmp}, or
 * {@code .tune4j-old} for the version that a directory swap moved aside. The process id tells a living writer's
 * files from those that a kill left behind.
 *
 * @param target name of the file or directory that it will become or was
 * @param pid the process that made it
 * @param old whether it is a complete former version
 */
record TemporaryName(String target, long pid, boolean old) {
    static final String SUFFIX = ".tune4j-tmp";
    static final String OLD_SUFFIX = ".tune4j-old";

    private static final Pattern SYNTAX =
            Pattern.compile("\\.(.+)\\.(\\d{1,18})-\\d{1,18}\\.tune4j-(tmp|old)", Pattern.DOTALL);
    private static final AtomicLong COUNT = new AtomicLong();
    // File names, not paths, because a directory can be reached by several; the count makes them unique.
    private static final Set<String> IN_USE = ConcurrentHashMap.newKeySet();

    /** A name beside the target that nothing else has; it counts as in use until {@link #release}. */
    static Path reserve(Path target, String suffix) {
        String name = "." + target.getFileName() + "." + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet()
                + suffix;
        IN_USE.add(name);
        return target.resolveSibling(name);
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
                        Long.parseLong(matcher.group(2)),
                        matcher.group(3).equals("old"))
                : null;
    }

    /** Whether the writer of this path is dead: another process that no longer runs, or a former one with our id. */
    boolean isLeftover(Path path) {
        if (IN_USE.contains(String.valueOf(path.getFileName()))) {
            return false;
        }
        return pid == ProcessHandle.current().pid()
                || ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true);
    }
}
