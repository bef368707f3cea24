// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.io.Sizes;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RunEvent.Stepped;
import io.tune4j.api.recipe.RunEvent.Written;
import io.tune4j.recipes.training.StepMeter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints the steps of a run, and at its end its figures and the paths of its files.
 *
 * @param output the run's folder
 * @param readers the programs that read the adapter
 * @param finalMessage a message to print last, or null
 */
public record RunReport(
        Console console,
        Path output,
        String readers,
        @Nullable String finalMessage) {
    /** A run warns if its steps waited for batches longer than so many seconds, and than a share of the time. */
    private static final double LEAST_WAITING = 2;

    private static final double MUCH_WAITING = 0.05;

    /** Prints a step. */
    void step(long done, StepPlan steps, Map<String, Double> metrics) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "loss %.4f  lr %.2e  grad_norm %.3f  %.0f tokens/s (%.0f trained)  %.2f s",
                metrics.get("loss"),
                metrics.get("lr"),
                metrics.get("grad_norm"),
                metrics.get("tokens_per_second"),
                metrics.get("trained_tokens_per_second"),
                metrics.get("step_seconds")));
        Double peak = metrics.get("peak_memory_active");
        Double now = metrics.get("memory_now");
        if (peak != null && now != null) {
            text.append(String.format(Locale.ROOT, "  memory %.2f GiB, peak %.2f GiB", now, peak));
        }
        console.tell(new Stepped(done, metrics));
        console.progress(done, steps.total(), text.toString());
    }

    /** Warns about what a metric logger could not deliver. */
    void undelivered(String text) {
        text.lines().forEach(console::warning);
    }

    /** Prints the figures of a run. */
    public void summary(StepMeter meter, RunMemory memory, Evaluation evaluation) {
        console.line("");
        console.line(String.format(
                Locale.ROOT,
                "done: last loss %.4f, best %.4f, %.0f tokens/s on average, peak memory %s",
                meter.lastLoss(),
                meter.bestLoss(),
                meter.meanTokensPerSecond(),
                Sizes.format(memory.statistics().peak())));
        if (meter.waitedSeconds() > Math.max(LEAST_WAITING, MUCH_WAITING * meter.totalSeconds())) {
            console.line(String.format(
                    Locale.ROOT,
                    "data         steps waited %.0f s for their batches, %.0f %% of the time: putting them together is"
                            + " slower than a step; if the token cache is on a slow disk, name another folder in"
                            + " token_cache",
                    meter.waitedSeconds(),
                    100 * meter.waitedSeconds() / meter.totalSeconds()));
        }
        console.line("memory       " + memory.describePhases());
        console.tell(memory.peaks());
        String change = evaluation.describeChange();
        if (change != null) {
            console.line(change);
        }
    }

    /** Prints the paths of the results. */
    public void places(Path result, @Nullable Path merged) {
        String what = String.valueOf(result.getFileName());
        console.line(String.format(Locale.ROOT, "%-13s", what) + result + " (" + readers + ")");
        if (merged != null) {
            console.line("merged model " + merged);
        }
        // The adapter or model comes first.
        Map<String, Path> places = new LinkedHashMap<>();
        places.put(what, result);
        if (merged != null) {
            places.put("merged model", merged);
        }
        console.tell(new Written(places));
        console.line("checkpoints  " + output.resolve("checkpoints") + " (resume_from_checkpoint=True)");
        console.line("config       " + output.resolve("config.yaml"));
        if (finalMessage != null) {
            console.line("");
            finalMessage.lines().forEach(console::line);
        }
    }
}
