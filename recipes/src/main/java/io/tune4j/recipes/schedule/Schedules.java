// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.schedule;

import io.tune4j.api.train.LearningRateSchedule;

/** The formulas of {@code torchtune/training/lr_schedulers.py} and of transformers' {@code optimization.py}. */
public final class Schedules {
    private Schedules() {}

    /** Half a cosine by default; with {@code cycles} = 1.5 it comes up again once. */
    public static LearningRateSchedule cosine(int warmup, double cycles) {
        return (step, total) -> step < warmup
                ? warmupFactor(step, warmup)
                : Math.max(0, 0.5 * (1 + Math.cos(2 * Math.PI * cycles * progress(step, total, warmup))));
    }

    /** A straight line to zero. */
    public static LearningRateSchedule linear(int warmup) {
        return (step, total) ->
                step < warmup ? warmupFactor(step, warmup) : Math.max(0, 1 - progress(step, total, warmup));
    }

    /** 1 after the warm-up. */
    public static LearningRateSchedule constant(int warmup) {
        return (step, total) -> step < warmup ? warmupFactor(step, warmup) : 1;
    }

    private static double warmupFactor(long step, int warmup) {
        return step / (double) Math.max(1, warmup);
    }

    private static double progress(long step, long total, int warmup) {
        return (step - warmup) / (double) Math.max(1, total - warmup);
    }
}
