// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a task asks about one record.
 *
 * @param id the record's name, e.g. {@code test.jsonl#12}
 * @param record its fields
 * @param options the pairs to score; of a task with answers one pair without a continuation, of a whole text one without a context
 * @param choices the texts that a model chooses from; empty where it does not choose
 * @param target the right answer: numbers of choices, or a text
 */
public record Question(
        String id, Map<String, @Nullable Object> record, List<Option> options, List<String> choices, Target target) {
    public Question {
        options = List.copyOf(options);
        choices = List.copyOf(choices);
    }

    /** A text and what follows it. */
    public record Option(String context, String continuation) {}

    /**
     * The right answer.
     *
     * @param choices the numbers of right choices, from 0; none where no choices are asked for, or the record names none of them
     * @param texts right answers as texts
     */
    public record Target(List<Integer> choices, List<String> texts) {
        public Target {
            choices = List.copyOf(choices);
            texts = List.copyOf(texts);
        }
    }
}
