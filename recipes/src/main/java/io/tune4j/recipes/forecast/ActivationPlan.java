// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.forecast;

import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sizes;
import io.tune4j.recipes.memory.ActivationOptions;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The number of layers, from the first on, that are recomputed; the others keep their activations. The backward reaches the first layers
 * after all later layers have released their activations, so only one layer's activations come back at a time. The backward
 * needs the last layer first, so recomputing it saves little; it is recomputed only if the budget demands it.
 *
 * @param layers number of layers of the model
 * @param recomputed number of recomputed layers
 * @param mode what these keep
 * @param bytes of activations that the largest micro-batch needs at most
 * @param budget what {@code auto} kept to; null without
 * @param named whether the config names the budget
 */
public record ActivationPlan(
        int layers,
        int recomputed,
        Checkpointing mode,
        long bytes,
        @Nullable Long budget,
        boolean named) {
    /**
     * Decides.
     *
     * @throws UserException if the budget is smaller than the least that is possible
     */
    static ActivationPlan of(RunParts parts, ShapeRun shapes, LargestBatch largest) {
        return switch (parts.memory().activations().recomputation()) {
            case NONE -> none(parts, shapes, largest);
            case ALL -> all(parts, shapes, largest);
            case AUTO -> asFewAsMustBe(parts, shapes, largest);
        };
    }

    private static ActivationPlan none(RunParts parts, ShapeRun shapes, LargestBatch largest) {
        Counter counter = new Counter(
                parts,
                shapes,
                largest.batch(),
                parts.memory().activations().modes().get(0));
        return new ActivationPlan(shapes.layers(), 0, counter.mode, counter.bytes(0), null, false);
    }

    /** Chooses the mode: more than the inputs, if memory suffices. */
    private static ActivationPlan all(RunParts parts, ShapeRun shapes, LargestBatch largest) {
        int layers = shapes.layers();
        List<Counter> counters = counters(parts, shapes, largest);
        Counter chosen = counters.get(0);
        if (counters.size() > 1 && chosen.bytes(layers) > left(parts, shapes, largest)) {
            chosen = counters.get(1);
        }
        return new ActivationPlan(layers, layers, chosen.mode, chosen.bytes(layers), null, false);
    }

    private static ActivationPlan asFewAsMustBe(RunParts parts, ShapeRun shapes, LargestBatch largest) {
        int layers = shapes.layers();
        Long named = parts.memory().activations().budget();
        long budget = named != null ? named : left(parts, shapes, largest);
        Iterator<Counter> counters = counters(parts, shapes, largest).iterator();
        ActivationPlan plan;
        do {
            Counter counter = counters.next();
            int enough = counter.bytes(layers) < counter.bytes(layers - 1) ? layers : layers - 1;
            int recomputed = counter.bytes(enough) <= budget ? counter.fewest(enough, budget) : enough;
            plan = new ActivationPlan(
                    layers, recomputed, counter.mode, counter.bytes(recomputed), budget, named != null);
        } while (plan.bytes > budget && counters.hasNext());
        if (named != null && plan.bytes > budget) {
            throw tooSmall(named, plan, largest);
        }
        return plan;
    }

    private static long left(RunParts parts, ShapeRun shapes, LargestBatch largest) {
        return MemoryForecast.leftForActivations(
                parts, shapes, largest, parts.memory().limit().bytes());
    }

    /** One counter for each mode of recomputed layers, the fastest first. A model may have nothing to keep but inputs. */
    private static List<Counter> counters(RunParts parts, ShapeRun shapes, LargestBatch largest) {
        List<Counter> counters = parts.memory().activations().modes().stream()
                .map(mode -> new Counter(parts, shapes, largest.batch(), mode))
                .toList();
        Counter last = counters.get(counters.size() - 1);
        boolean same = counters.size() > 1 && counters.get(0).bytes(shapes.layers()) == last.bytes(shapes.layers());
        return same ? List.of(last) : counters;
    }

    private record Counter(RunParts parts, ShapeRun shapes, RaggedBatch batch, Checkpointing mode) {
        long bytes(int recomputed) {
            return shapes.count(
                            batch,
                            recomputed,
                            mode,
                            parts.memory().activations().offloading())
                    .activations();
        }

        /** The fewest layers with which the budget is kept; bytes fall with each layer up to {@code enough}. */
        int fewest(int enough, long budget) {
            int tooFew = -1;
            int fits = enough;
            while (fits - tooFew > 1) {
                int middle = (tooFew + fits) >>> 1;
                if (bytes(middle) <= budget) {
                    fits = middle;
                } else {
                    tooFew = middle;
                }
            }
            return fits;
        }
    }

    private static UserException tooSmall(long budget, ActivationPlan least, LargestBatch largest) {
        long minimum = least.bytes;
        String smaller = least.mode == Checkpointing.SELECTIVE ? ActivationOptions.MODE + "=full, " : "";
        return new UserException(ActivationOptions.BUDGET + "=" + Sizes.format(budget)
                + " is less than the minimum: with a micro-batch of " + largest.describe()
                + " tokens, activations take " + Sizes.format(minimum)
                + " even when layers are recomputed. Set " + ActivationOptions.BUDGET + "="
                + Sizes.roundedUp(minimum) + ", or " + smaller + "a smaller batch_size or tokenizer.max_seq_len");
    }

    /** One line. */
    public String describe() {
        String choice = recomputed == 0
                ? "those of all " + layers + " layers are kept"
                : recomputed + " of " + layers + " layers are recomputed"
                        + (mode == Checkpointing.SELECTIVE ? " but for their attention" : "");
        String limit = budget == null || budget == Long.MAX_VALUE
                ? ""
                : " of a budget of " + Sizes.format(Math.max(0, budget)) + (named ? "" : " (what memory leaves)");
        return choice + "; they take " + Sizes.format(bytes) + limit;
    }
}
