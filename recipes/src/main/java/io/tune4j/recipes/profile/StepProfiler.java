// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.profile;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.api.recipe.Console;
import io.tune4j.engine.profile.ChromeTrace;
import io.tune4j.engine.profile.KernelCall;
import io.tune4j.engine.profile.KernelEvent;
import io.tune4j.engine.profile.KernelRecorder;
import io.tune4j.engine.profile.KernelTable;
import io.tune4j.engine.profile.ProfilingBackend;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Records the kernels of the steps that {@link ProfilerOptions} name. After a cycle's last recorded step the folder {@code
 * steps_9-10} gets {@code kernels.txt}, what took how long, and {@code trace.json} for chrome://tracing or Perfetto. Without options
 * the backend stays as it is.
 */
public final class StepProfiler {
    private static final int LINES = 200;

    private final @Nullable ProfilerOptions options;
    private final Console console;
    private final KernelRecorder recorder;
    private long steps;
    private long firstRecorded = -1;
    private long since;

    public StepProfiler(@Nullable ProfilerOptions options, Console console) {
        this.options = options;
        this.console = console;
        this.recorder = new KernelRecorder(options != null && options.withStack());
    }

    /** The backend to train with, whose kernels are timed where the config or a flight recording wants that. */
    public Backend around(Backend backend) {
        if (options == null && !KernelEvent.isWanted()) {
            return backend;
        }
        return new ProfilingBackend(backend, recorder, options != null && options.withMemory());
    }

    /** Before each step, with its number from 0. */
    public void beforeStep(long step) {
        if (options != null && options.isActive(steps) && firstRecorded < 0) {
            firstRecorded = step;
            recorder.start();
            since = System.nanoTime();
        }
    }

    /** After each step, with the number of steps done. */
    public void afterStep(long done) {
        steps++;
        if (options != null && firstRecorded >= 0 && options.endsCycle(steps)) {
            write(options, done);
        }
    }

    /** Writes what an interrupted cycle recorded. */
    public void finish(long done) {
        if (options != null && firstRecorded >= 0 && done > firstRecorded) {
            write(options, done);
        }
    }

    private void write(ProfilerOptions chosen, long done) {
        long wall = System.nanoTime() - since;
        List<KernelCall> calls = recorder.stop();
        Path folder = WritableDirectories.ensure(
                chosen.folder().resolve("steps_" + (firstRecorded + 1) + "-" + done), "profiler.output_dir");
        firstRecorded = -1;
        KernelTable table = KernelTable.of(calls, chosen.byShapes(), wall);
        AtomicFiles.writeString(folder.resolve("kernels.txt"), table.text(LINES, chosen.withFlops()));
        AtomicFiles.write(folder.resolve("trace.json"), target -> ChromeTrace.write(calls, target));
        console.line(String.format(
                Locale.ROOT,
                "profile    %s: matrix products %.0f %% of the time, outside of kernels %.0f %%",
                folder,
                100 * table.productShare(),
                100 * table.outsideShare()));
    }
}
