// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.io.Sizes;
import io.tune4j.report.run.Curve;
import io.tune4j.report.run.RunLog;
import io.tune4j.report.run.RunState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Sentences about conspicuous values of a run, with advice. */
final class Findings {
    /** Relative change of the loss above which it is more than noise. */
    private static final double MUCH = 0.02;

    private static final double NEARLY_ALL = 0.95;
    private static final double MUCH_WAITING = 0.05;
    private static final int FEW = 8;

    private final RunLog log;
    private final RunState state;
    private final List<String> found = new ArrayList<>();

    private Findings(RunLog log, RunState state) {
        this.log = log;
        this.state = state;
    }

    static List<String> of(RunLog log, RunState state) {
        Findings findings = new Findings(log, state);
        findings.kill();
        findings.validation();
        findings.trend();
        findings.waiting();
        findings.memory();
        findings.resumes();
        return findings.found;
    }

    private void say(String format, Object... values) {
        found.add(String.format(Locale.ROOT, format, values));
    }

    private void kill() {
        if (state != RunState.KILLED) {
            return;
        }
        long saved = log.saved().path("step").asLong();
        say(
                "The process ended without a word after step %d, as by a kill or for want of memory. %s",
                log.done(),
                log.saved().isObject()
                        ? "The run can be resumed after step " + saved + ", whose state is saved."
                        : "No state had been saved, so the run must start again; save_every_n_steps saves more often.");
    }

    private void validation() {
        Curve validation = log.validation();
        int best = validation.lowest();
        if (validation.size() < 3 || best < 0) {
            return;
        }
        double rise = validation.last() / validation.value(best) - 1;
        if (rise > MUCH && validation.lastStep() > validation.step(best)) {
            say(
                    "The validation loss was lowest at step %d and has risen by %.0f %% since: the model overfits. Use the"
                            + " adapter of that step (save_best: True keeps it), fewer epochs or early_stopping.",
                    validation.step(best), 100 * rise);
        }
    }

    private void trend() {
        Curve loss = log.curve("loss");
        int size = loss.size();
        if (state != RunState.COMPLETED || size < 2 * FEW) {
            return;
        }
        double before = loss.mean(size - size / 4, size - size / 8);
        double end = loss.mean(size - size / 8, size);
        double start = loss.mean(0, Math.max(1, size / 16));
        if (end < before - MUCH * Math.abs(start - end) - 1e-9 && end < before * (1 - MUCH)) {
            say("The training loss was still falling at the end (%.3f to %.3f): more epochs may help.", before, end);
        }
    }

    private void waiting() {
        double waited = log.curve("data_wait_seconds").mean()
                / log.curve("step_seconds").mean();
        if (waited > MUCH_WAITING) {
            say(
                    "Steps waited for their batches %.0f %% of the time: put the token cache on a faster disk"
                            + " (token_cache).",
                    100 * waited);
        }
    }

    private void memory() {
        long limit = log.begun().path("memory_limit").asLong();
        long peak = 0;
        for (JsonNode phase : log.memory()) {
            peak = Math.max(peak, phase.path("bytes").asLong());
        }
        if (limit > 0 && peak > NEARLY_ALL * limit) {
            say(
                    "Memory reached %s of %s: longer samples would not fit. enable_activation_checkpointing: True and"
                            + " smaller batches reduce it.",
                    Sizes.format(peak), Sizes.format(limit));
        }
    }

    private void resumes() {
        if (!log.resumes().isEmpty()) {
            found.add("The run was resumed after step "
                    + String.join(
                            ", ", log.resumes().stream().map(String::valueOf).toList())
                    + "; its numbers equal those of an uninterrupted run.");
        }
    }
}
