// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.memory;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.MemoryStatistics;
import io.tune4j.api.backend.host.ProcessMemory;
import io.tune4j.api.backend.host.ProcessMemory.Resident;
import io.tune4j.api.io.Sizes;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The peak of memory in each phase of a run: the resident set on the CPU, with file-backed pages counted separately, and the
 * allocator's figures on a GPU.
 */
public final class MemoryPhases {
    /** The phases of a run. */
    public enum Phase {
        LOAD("load"),
        FIRST_STEP("first step"),
        TRAINING("training"),
        VALIDATION("validation"),
        SAVE("save");

        private final String label;

        Phase(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /**
     * Bytes at most.
     *
     * @param fileBacked of the total; on a GPU 0
     */
    public record Peak(long total, long anonymous, long fileBacked) {
        Peak and(Peak other) {
            return new Peak(
                    Math.max(total, other.total),
                    Math.max(anonymous, other.anonymous),
                    Math.max(fileBacked, other.fileBacked));
        }
    }

    private static final double GIB = 1L << 30;

    private final MemoryWatch watch;
    private final ProcessMemory process = new ProcessMemory();
    private final Map<Phase, Peak> peaks = new EnumMap<>(Phase.class);
    private @Nullable Backend backend;
    private Phase phase = Phase.LOAD;

    /** Begins with {@link Phase#LOAD}. */
    public MemoryPhases(MemoryWatch watch) {
        this.watch = watch;
        process.resetPeak();
        watch.forget();
    }

    /** Reads the memory of the backend from now on. */
    public void opened(Backend opened) {
        backend = opened;
    }

    /** Ends the current phase and begins another; returns the one that ended, to go back to. */
    public Phase begin(Phase next) {
        Phase before = phase;
        if (next != before) {
            close();
            phase = next;
        }
        return before;
    }

    public Phase current() {
        return phase;
    }

    private void close() {
        peaks.merge(phase, measure(), Peak::and);
        if (backend == null) {
            process.resetPeak();
        } else {
            backend.resetPeakMemory();
        }
        watch.forget();
    }

    private MemoryStatistics now() {
        return backend == null ? process.read() : backend.memory();
    }

    private Peak measure() {
        long total = now().peak();
        if (backend != null && !backend.device().isCpu()) {
            return new Peak(total, total, 0);
        }
        Resident most = watch.most();
        return new Peak(total, most.anonymous(), most.fileBacked());
    }

    /** The peak of a phase so far; null before its first time. */
    public @Nullable Peak peak(Phase of) {
        Peak ended = peaks.get(of);
        Peak running = of == phase ? measure() : null;
        return ended == null ? running : running == null ? ended : ended.and(running);
    }

    /** Now, and the peak since the weights were loaded. */
    public MemoryStatistics statistics() {
        MemoryStatistics now = now();
        return new MemoryStatistics(now.current(), sinceLoad().total(), now.reserved());
    }

    private Peak sinceLoad() {
        Peak all = measure();
        for (Map.Entry<Phase, Peak> ended : peaks.entrySet()) {
            all = ended.getKey() == Phase.LOAD ? all : all.and(ended.getValue());
        }
        return all;
    }

    /** Metrics of a step beside those of its statistics, in GiB; names are in {@code StepMeter}. */
    public void addTo(Map<String, Double> metrics) {
        if (backend != null && !backend.device().isCpu()) {
            metrics.put("memory_reserved", backend.memory().reserved() / GIB);
            return;
        }
        Resident now = watch.look();
        Peak peak = sinceLoad();
        metrics.put("memory_anonymous", now.anonymous() / GIB);
        metrics.put("memory_file_backed", now.fileBacked() / GIB);
        metrics.put("memory_java_heap", Runtime.getRuntime().totalMemory() / GIB);
        metrics.put("peak_memory_anonymous", peak.anonymous() / GIB);
    }

    /** One line: the peak of each phase that there was. */
    public String describe() {
        peaks.merge(phase, measure(), Peak::and);
        boolean host = backend == null || backend.device().isCpu();
        String each = peaks.entrySet().stream()
                .map(entry ->
                        entry.getKey() + " " + Sizes.format(entry.getValue().total())
                                + (host ? " (" + Sizes.format(entry.getValue().anonymous()) + ")" : ""))
                .collect(Collectors.joining(", "));
        String heap = host
                ? String.format(
                        Locale.ROOT,
                        "; in brackets without pages of files. Java's heap is %s of it",
                        Sizes.format(Runtime.getRuntime().totalMemory()))
                : "";
        return "peak of " + each + heap;
    }
}
