// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import io.tune4j.api.io.Sizes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** Compares runs by their settings and their results. */
public final class RunComparison {
    private RunComparison() {}

    /**
     * A line of a comparison.
     *
     * @param first the first run's value; empty if it has none
     * @param second the second run's value; empty if it has none
     */
    public record Line(String name, String first, String second) {}

    /** The settings that differ between any of the runs, except output folders, in the order of the configs. */
    public static List<String> differing(Collection<RunSummary> runs) {
        Set<String> keys = new LinkedHashSet<>();
        runs.forEach(run -> keys.addAll(run.config().keySet()));
        keys.removeIf(key -> key.equals("output_dir")
                || key.endsWith(".log_dir")
                || key.endsWith(".output_dir")
                || key.equals("final_message")
                || runs.stream().map(run -> run.config().get(key)).distinct().count() < 2);
        return List.copyOf(keys);
    }

    /** The settings that differ. */
    public static List<Line> settings(RunSummary first, RunSummary second) {
        return differing(List.of(first, second)).stream()
                .map(key -> new Line(key, value(first, key), value(second, key)))
                .toList();
    }

    private static String value(RunSummary run, String key) {
        return Objects.requireNonNullElse(run.config().get(key), "");
    }

    /** The results, including equal ones. */
    public static List<Line> results(RunSummary first, RunSummary second) {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line("state", first.state().label(), second.state().label()));
        lines.add(new Line("steps", steps(first), steps(second)));
        lines.add(new Line("last loss", number(first.loss()), number(second.loss())));
        lines.add(new Line("best validation loss", validation(first), validation(second)));
        lines.add(new Line("tokens/s", whole(first.tokensPerSecond()), whole(second.tokensPerSecond())));
        lines.add(new Line("peak memory", memory(first), memory(second)));
        lines.add(new Line("time", seconds(first), seconds(second)));
        return List.copyOf(lines);
    }

    private static String steps(RunSummary run) {
        return run.steps() == 0 ? String.valueOf(run.done()) : run.done() + " of " + run.steps();
    }

    private static String validation(RunSummary run) {
        return Double.isNaN(run.validation()) ? "" : number(run.validation()) + " at step " + run.validationStep();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.4f", value);
    }

    private static String whole(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.0f", value);
    }

    private static String memory(RunSummary run) {
        return run.peakBytes() == 0 ? "" : Sizes.format(run.peakBytes());
    }

    private static String seconds(RunSummary run) {
        return run.seconds() <= 0 ? "" : String.format(Locale.ROOT, "%.1f s", run.seconds());
    }
}
