// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import io.tune4j.api.recipe.Recipe.Outcome;
import java.nio.file.Path;
import java.util.Collections;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The result of a run.
 *
 * @param outcome whether it completed, or was cancelled with everything saved
 * @param folder the run's output folder, with {@code report.html}
 * @param adapter the folder of the trained adapter in PEFT's format; there only if the run completed
 * @param losses training losses by step, as far as they were logged
 * @param validationLosses by steps done; empty without validation data
 */
public record FineTuned(
        Outcome outcome,
        Path folder,
        Path adapter,
        SortedMap<Long, Double> losses,
        SortedMap<Long, Double> validationLosses) {
    public FineTuned {
        losses = Collections.unmodifiableSortedMap(new TreeMap<>(losses));
        validationLosses = Collections.unmodifiableSortedMap(new TreeMap<>(validationLosses));
    }

    /** Whether all steps were done. */
    public boolean isComplete() {
        return outcome == Outcome.COMPLETED;
    }

    /**
     * The training loss of the last step.
     *
     * @throws NoSuchElementException if no step was logged
     */
    public double lastLoss() {
        return last(losses, "no step of this run was logged");
    }

    /**
     * The validation loss after the last step.
     *
     * @throws NoSuchElementException if the config names no {@code dataset_val}
     */
    public double lastValidationLoss() {
        return last(validationLosses, "the run has no validation loss: its config names no dataset_val");
    }

    private static double last(SortedMap<Long, Double> values, String missing) {
        if (values.isEmpty()) {
            throw new NoSuchElementException(missing);
        }
        return values.get(values.lastKey());
    }
}
