// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RunEvent.Answer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The result of a run.
 *
 * @param outcome whether it completed, or was cancelled with everything saved
 * @param folder the run's output folder, with {@code report.html}
 * @param places folders of the results by what they hold, what was trained first; empty if the run was cancelled
 * @param losses training losses by step, as far as they were logged
 * @param validationLosses by steps done; empty without validation data
 * @param answers to the records of the config's {@code samples}, the newest; empty without that section
 */
public record FineTuned(
        Outcome outcome,
        Path folder,
        Map<String, Path> places,
        SortedMap<Long, Double> losses,
        SortedMap<Long, Double> validationLosses,
        List<Answer> answers) {
    public FineTuned {
        places = Collections.unmodifiableMap(new LinkedHashMap<>(places));
        losses = Collections.unmodifiableSortedMap(new TreeMap<>(losses));
        validationLosses = Collections.unmodifiableSortedMap(new TreeMap<>(validationLosses));
        answers = List.copyOf(answers);
    }

    /** Whether all steps were done. */
    public boolean isComplete() {
        return outcome == Outcome.COMPLETED;
    }

    /**
     * The folder of what was trained: an adapter in PEFT's format, or the model's weights after a recipe that trains all of them.
     *
     * @throws NoSuchElementException if the run was cancelled; a run with {@code resume_from_checkpoint: True} writes it
     */
    public Path adapter() {
        return places.values().stream()
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(
                        "the run in " + folder + " was cancelled before it wrote an adapter; run it again with"
                                + " resume_from_checkpoint=True"));
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

    /**
     * The share of the config's {@code samples} whose newest answer is the record's, blanks at both ends aside; from 0 to 1.
     *
     * @throws NoSuchElementException if the config has no section {@code samples}, or the run was cancelled before it answered
     */
    public double exactMatch() {
        return answers.stream()
                .mapToInt(answer ->
                        answer.after().strip().equals(answer.expected().strip()) ? 1 : 0)
                .average()
                .orElseThrow(() -> new NoSuchElementException(
                        "the run has no answers: its config has no section samples, or it was cancelled too early"));
    }

    private static double last(SortedMap<Long, Double> values, String missing) {
        if (values.isEmpty()) {
            throw new NoSuchElementException(missing);
        }
        return Objects.requireNonNull(values.get(values.lastKey()));
    }
}
