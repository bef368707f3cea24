// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.profile;

import io.tune4j.api.config.ConfigReader;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of torchtune's {@code setup_torch_profiler} ({@code torchtune/training/_profiler.py}), with its defaults. Steps are the
 * optimizer's.
 *
 * @param folder for a folder of each cycle
 * @param withMemory whether the trace has the device's memory after each kernel
 * @param withStack whether the trace says who called each kernel
 * @param byShapes whether the table tells a kernel's calls apart by their operands
 * @param withFlops whether the table has the rate of matrix products
 * @param waitSteps of each cycle that run as they are
 * @param warmupSteps of each cycle after those; for torch's profiler they cost what recorded ones do, here nothing
 * @param activeSteps of each cycle that are recorded
 * @param cycles how often; 0 until the run ends
 */
public record ProfilerOptions(
        Path folder,
        boolean withMemory,
        boolean withStack,
        boolean byShapes,
        boolean withFlops,
        int waitSteps,
        int warmupSteps,
        int activeSteps,
        int cycles) {
    private static final String FOLDER = "profiling_outputs";
    private static final int ANY = Integer.MAX_VALUE;

    /** Null if there is no such section, or it is not enabled; what is wrong in it is a problem of the config in any case. */
    public static @Nullable ProfilerOptions read(ConfigReader root, @Nullable Path outputDirectory) {
        ConfigReader section = root.sectionOrNull("profiler");
        if (section == null) {
            return null;
        }
        section.claim("_component_");
        for (String device : List.of("cpu", "cuda", "xpu")) {
            section.accept(device, "the kernels of the device in use are recorded");
        }
        boolean enabled = section.bool("enabled", false);
        Path folder = section.pathOrNull("output_dir");
        ProfilerOptions options = new ProfilerOptions(
                folder != null ? folder : outputDirectory == null ? Path.of(FOLDER) : outputDirectory.resolve(FOLDER),
                section.bool("profile_memory", false),
                section.bool("with_stack", false),
                section.bool("record_shapes", true),
                section.bool("with_flops", false),
                section.integer("wait_steps", 5, 0, ANY),
                section.integer("warmup_steps", 5, 0, ANY),
                section.integer("active_steps", 2, 1, ANY),
                section.integer("num_cycles", 1, 0, ANY));
        return enabled ? options : null;
    }

    /** Whether a step is recorded; steps count from 0 where the run, or its resumed part, begins. */
    boolean isActive(long step) {
        return (cycles == 0 || step / cycleSteps() < cycles) && step % cycleSteps() >= cycleSteps() - activeSteps;
    }

    /** Whether a cycle is over after so many steps. */
    boolean endsCycle(long done) {
        return done % cycleSteps() == 0;
    }

    private long cycleSteps() {
        return (long) waitSteps + warmupSteps + activeSteps;
    }
}
