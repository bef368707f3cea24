// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.console;

import io.tune4j.api.recipe.RunEvent.Stepped;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The text beside a progress bar: the loss with its trend, tokens per second and the time left. */
final class ProgressText {
    private static final String LEVELS = "▁▂▃▄▅▆▇█";
    private static final int CELLS = 10;
    private static final int MOST_LOSSES = 1024;

    /** The share of the newest step in the time per step. */
    private static final double NEWEST = 0.2;

    private final LongSupplier nanos;
    private final boolean blocks;
    private final List<Double> losses = new ArrayList<>();
    private @Nullable Stepped newest;
    private long newestAt;
    private double perStep;

    /**
     * Begins one.
     *
     * @param nanos the clock
     * @param blocks whether the terminal can show the characters of a trend
     */
    ProgressText(LongSupplier nanos, boolean blocks) {
        this.nanos = nanos;
        this.blocks = blocks;
    }

    void add(Stepped step) {
        long now = nanos.getAsLong();
        Stepped before = newest;
        if (before != null && step.step() > before.step()) {
            double each = (now - newestAt) / 1e9 / (step.step() - before.step());
            perStep = perStep == 0 ? each : perStep + NEWEST * (each - perStep);
        }
        newest = step;
        newestAt = now;
        Double loss = step.metrics().get("loss");
        if (loss != null && Double.isFinite(loss)) {
            if (losses.size() == MOST_LOSSES) {
                thin();
            }
            losses.add(loss);
        }
    }

    /** Makes one mean of every two losses. */
    private void thin() {
        for (int i = 0; i < MOST_LOSSES / 2; i++) {
            losses.set(i, (losses.get(2 * i) + losses.get(2 * i + 1)) / 2);
        }
        losses.subList(MOST_LOSSES / 2, MOST_LOSSES).clear();
    }

    /**
     * The text for a step.
     *
     * @param otherwise for a step whose metrics were not told
     * @param withTrend whether there is room for the trend
     */
    String of(long done, long total, String otherwise, boolean withTrend) {
        Stepped step = newest;
        if (step == null || step.step() != done) {
            return otherwise;
        }
        StringBuilder text = new StringBuilder();
        Double loss = step.metrics().get("loss");
        if (loss != null) {
            text.append(String.format(Locale.ROOT, "loss %.4f", loss));
            text.append(withTrend && blocks && losses.size() > 1 ? " " + trend() : "");
        }
        Double speed = step.metrics().get("tokens_per_second");
        if (speed != null) {
            text.append(String.format(Locale.ROOT, "  %,.0f tokens/s", speed));
        }
        if (perStep > 0 && done < total) {
            text.append("  ").append(duration(perStep * (total - done))).append(" left");
        }
        return text.toString();
    }

    /** The losses so far as columns, each the mean of a range of steps. */
    private String trend() {
        int cells = Math.min(CELLS, losses.size());
        double[] means = new double[cells];
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int cell = 0; cell < cells; cell++) {
            means[cell] = losses.subList(losses.size() * cell / cells, losses.size() * (cell + 1) / cells).stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElseThrow();
            low = Math.min(low, means[cell]);
            high = Math.max(high, means[cell]);
        }
        StringBuilder columns = new StringBuilder();
        for (double mean : means) {
            double share = high == low ? 0 : (mean - low) / (high - low);
            columns.append(LEVELS.charAt((int) Math.round(share * (LEVELS.length() - 1))));
        }
        return columns.toString();
    }

    /** A duration in two units at most. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        if (whole < 3600) {
            return whole / 60 + " min " + whole % 60 + " s";
        }
        return whole < 48 * 3600
                ? whole / 3600 + " h " + whole % 3600 / 60 + " min"
                : whole / 86_400 + " d " + whole % 86_400 / 3600 + " h";
    }
}
