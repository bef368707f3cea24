// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import io.tune4j.engine.config.SavedConfig;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A run in short.
 *
 * @param done steps that are done
 * @param steps of the run, 0 if that is not known
 * @param loss the last training loss; NaN without one
 * @param validation the lowest validation loss; NaN without one
 * @param validationStep the step that it belongs to
 * @param tokensPerSecond on average; NaN if that was not logged
 * @param peakBytes of memory; 0 if that was not measured
 * @param seconds of training
 * @param began in milliseconds since 1970, 0 if that is not known
 * @param config values by dotted path
 */
public record RunSummary(
        Path folder,
        RunState state,
        long done,
        long steps,
        double loss,
        double validation,
        long validationStep,
        double tokensPerSecond,
        long peakBytes,
        double seconds,
        long began,
        Map<String, String> config) {
    public RunSummary {
        config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
    }

    /** Reads a run's folder. */
    public static RunSummary of(RunFiles run) {
        RunLog log = run.log();
        Curve validation = log.validation();
        int best = validation.lowest();
        long peak = 0;
        for (var phase : log.memory()) {
            peak = Math.max(peak, phase.path("bytes").asLong());
        }
        return new RunSummary(
                run.folder(),
                run.state(),
                log.done(),
                log.steps(),
                log.curve("loss").last(),
                best < 0 ? Double.NaN : validation.value(best),
                best < 0 ? 0 : validation.step(best),
                log.curve("tokens_per_second").mean(),
                peak,
                log.millis() / 1000.0,
                log.firstTime(),
                SavedConfig.byKey(run.config()));
    }

    /** The last name of the folder. */
    public String name() {
        Path name = folder.getFileName();
        return name == null ? folder.toString() : name.toString();
    }
}
