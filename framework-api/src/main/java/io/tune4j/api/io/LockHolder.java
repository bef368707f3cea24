// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The process that has a {@link DirectoryLock}, as its file says it.
 *
 * @param place see {@link ThisProcess#place}
 * @param started when the process began
 */
record LockHolder(long pid, String host, String place, Instant started) {
    private static final Pattern TEXT =
            Pattern.compile("process (\\d{1,18})\nhost ([^\n]*)\nplace ([0-9a-f]{8})\nstarted (\\S+)\n");

    /** Clocks of the system and of processes differ by less. */
    private static final Duration SAME = Duration.ofSeconds(3);

    static LockHolder current() {
        return new LockHolder(ThisProcess.pid(), ThisProcess.host(), ThisProcess.place(), ThisProcess.started());
    }

    /** Reads the holder; null for a new file, a released lock, or other content. */
    static @Nullable LockHolder parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        try {
            return new LockHolder(
                    Long.parseLong(matcher.group(1)),
                    matcher.group(2),
                    matcher.group(3),
                    Instant.parse(matcher.group(4)));
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    String text() {
        return "process " + pid + "\nhost " + host + "\nplace " + place + "\nstarted " + started + "\n";
    }

    /** Whether its process id says something to this process. */
    boolean isHere() {
        return place.equals(ThisProcess.place());
    }

    /** Whether it still runs; only for one that is here. */
    boolean isAlive() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(process -> process.info()
                        .startInstant()
                        .map(start -> Duration.between(start, started).abs().compareTo(SAME) < 0)
                        .orElse(true))
                .orElse(false);
    }

    @Override
    public String toString() {
        return "process " + pid + " on " + host + " (started " + started + ")";
    }
}
