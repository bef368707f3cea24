// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import io.tune4j.api.data.RecordProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task file, read and checked.
 *
 * @param name of the task
 * @param version {@code metadata.version}, or an empty text
 * @param type what is asked of the model
 * @param records those that are asked about
 * @param examples those that few-shot examples are drawn from; null if there are none
 * @param split the name of the records' split
 * @param prompt what a record becomes
 * @param fewShots which examples precede a question
 * @param answering how answers are generated
 * @param metrics what is counted
 * @param filters what is compared of an answer
 */
public record TaskDefinition(
        String name,
        String version,
        OutputType type,
        RecordProvider records,
        @Nullable RecordProvider examples,
        String split,
        Prompt prompt,
        FewShots fewShots,
        Answering answering,
        List<MetricSpec> metrics,
        List<AnswerFilter> filters) {
    public TaskDefinition {
        metrics = List.copyOf(metrics);
        filters = List.copyOf(filters);
    }
}
