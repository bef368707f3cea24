// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import io.tune4j.engine.config.SavedConfig;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A summary of a run.
 *
 * @param done number of finished steps
 * @param steps number of steps of the run; 0 if unknown
 * @param loss the last training loss; NaN without one
 * @param validation the lowest validation loss; NaN without one
 * @param validationStep the step with the lowest validation loss
 * @param tokensPerSecond the mean of tokens per second; NaN if it was not logged
 * @param peakBytes peak memory in bytes; 0 if it was not measured
 * @param seconds seconds of training
 * @param began the start in milliseconds since 1970; 0 if unknown
 * @param config the config's values by dotted path
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

    /** The name of the run's folder. */
    public String name() {
        Path name = folder.getFileName();
        return name == null ? folder.toString() : name.toString();
    }
}
