package io.tune4j.recipes;

import io.tune4j.api.autograd.Checkpointing;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sizes;
import io.tune4j.recipes.memory.ActivationOptions;
import io.tune4j.recipes.memory.ActivationOptions.Recomputation;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which layers keep their activations and which are computed again: so many from the first on. Those are the right ones, because the
 * backward comes to them when the layers behind them, which keep theirs, are done and free: only one layer's activations then come
 * back at a time. The last one is the first that the backward needs, so computing it again saves little; it is kept unless the
 * budget needs that too.
 *
 * @param layers of the model
 * @param recomputed so many of them
 * @param mode what these keep
 * @param bytes of activations that the largest micro-batch needs at most
 * @param budget what {@code auto} kept to; null without
 * @param named whether the config names the budget
 */
record ActivationPlan(
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
    static ActivationPlan of(LoraFinetuneOptions options, ShapeRun shapes, LargestBatch largest) {
        int layers = shapes.layers();
        List<Checkpointing> modes = options.activations().modes();
        if (options.activations().recomputation() != Recomputation.AUTO) {
            int all = options.activations().recomputation() == Recomputation.ALL ? layers : 0;
            Counter counter = new Counter(options, shapes, largest.batch(), modes.get(0));
            return new ActivationPlan(layers, all, counter.mode, counter.bytes(all), null, false);
        }
        Long named = options.activations().budget();
        long budget = named != null
                ? named
                : MemoryForecast.leftForActivations(
                        options, shapes, largest, options.memoryLimit().bytes());
        ActivationPlan least = null;
        for (Checkpointing mode : modes) {
            Counter counter = new Counter(options, shapes, largest.batch(), mode);
            int enough = counter.bytes(layers) < counter.bytes(layers - 1) ? layers : layers - 1;
            boolean fits = counter.bytes(enough) <= budget;
            int recomputed = fits ? counter.fewest(enough, budget) : enough;
            least = new ActivationPlan(layers, recomputed, mode, counter.bytes(recomputed), budget, named != null);
            if (fits) {
                return least;
            }
        }
        ActivationPlan plan = Objects.requireNonNull(least);
        if (named != null) {
            throw tooSmall(named, plan.bytes, largest);
        }
        return plan;
    }

    private record Counter(LoraFinetuneOptions options, ShapeRun shapes, RaggedBatch batch, Checkpointing mode) {
        long bytes(int recomputed) {
            return shapes.count(batch, recomputed, mode, options.activations().offloading())
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

    private static UserException tooSmall(long budget, long minimum, LargestBatch largest) {
        return new UserException(ActivationOptions.BUDGET + "=" + Sizes.format(budget)
                + " is less than the minimum: with a micro-batch of " + largest.describe()
                + " tokens, activations take " + Sizes.format(minimum)
                + " even when layers are recomputed. Set " + ActivationOptions.BUDGET + "="
                + Sizes.roundedUp(minimum) + ", or a smaller batch_size or tokenizer.max_seq_len");
    }

    /** One line. */
    String describe() {
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
