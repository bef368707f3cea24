// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.engine.profile.ChromeTrace;
import io.tune4j.engine.profile.KernelCall;
import io.tune4j.engine.profile.KernelRecorder;
import io.tune4j.engine.profile.KernelTable;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The time of a step's kernels. */
final class StepProfile {
    private static final int SHOWN_KERNELS = 60;

    private StepProfile() {}

    /** Records a step; writes a table and a trace. */
    static void write(Path folder, KernelRecorder recorder, Runnable step) throws IOException {
        recorder.start();
        long begin = System.nanoTime();
        step.run();
        long wall = System.nanoTime() - begin;
        List<KernelCall> calls = recorder.stop();
        Files.createDirectories(folder);
        String text = "By kernel\n" + KernelTable.of(calls, false, wall).text(SHOWN_KERNELS, true)
                + "\nBy kernel and shapes\n" + KernelTable.of(calls, true, wall).text(SHOWN_KERNELS, true);
        Files.writeString(folder.resolve("kernels.txt"), text);
        try (OutputStream trace = new BufferedOutputStream(Files.newOutputStream(folder.resolve("trace.json")))) {
            ChromeTrace.write(calls, trace);
        }
    }
}
