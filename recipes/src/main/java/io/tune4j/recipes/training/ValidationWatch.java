// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import org.jspecify.annotations.Nullable;

/** Follows the validation loss: which step had the lowest, and whether it has stopped falling. */
public final class ValidationWatch {
    /**
     * When to stop.
     *
     * @param patience validations without a gain after which training ends
     * @param minDelta by how much the loss must fall below the lowest to count as a gain
     */
    public record EarlyStopping(int patience, double minDelta) {}

    /**
     * Where it stands, saved with a training state.
     *
     * @param bestLoss the lowest
     * @param bestStep optimizer steps done then
     * @param withoutGain validations since the last gain
     */
    public record Standing(double bestLoss, long bestStep, int withoutGain) {}

    private final @Nullable EarlyStopping stopping;
    private @Nullable Standing standing;

    public ValidationWatch(@Nullable EarlyStopping stopping, @Nullable Standing resumed) {
        this.stopping = stopping;
        this.standing = resumed;
    }

    /**
     * Takes a loss.
     *
     * @param step optimizer steps done
     * @return whether it is the lowest so far
     */
    public boolean observe(long step, double loss) {
        Standing before = standing;
        if (before == null) {
            standing = new Standing(loss, step, 0);
            return true;
        }
        boolean lowest = loss < before.bestLoss;
        boolean gained = loss < before.bestLoss - (stopping == null ? 0 : stopping.minDelta);
        standing = new Standing(
                lowest ? loss : before.bestLoss, lowest ? step : before.bestStep, gained ? 0 : before.withoutGain + 1);
        return lowest;
    }

    /** Null before the first validation. */
    public @Nullable Standing standing() {
        return standing;
    }

    /** Whether patience has run out. */
    public boolean isOver() {
        return stopping != null && standing != null && standing.withoutGain >= stopping.patience;
    }
}
