// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import io.tune4j.api.error.DataException;
import io.tune4j.evaluation.task.Question.Option;
import io.tune4j.evaluation.task.Question.Target;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a record becomes.
 *
 * @param text {@code doc_to_text}; a number means that the choices are contexts, and the number is the right one
 * @param target {@code doc_to_target}
 * @param choices {@code doc_to_choice}, or null
 * @param description stands before everything
 * @param targetDelimiter between a question and its answer
 * @param exampleDelimiter after each example
 */
record Prompt(
        Field text,
        Field target,
        @Nullable Field choices,
        Field description,
        String targetDelimiter,
        String exampleDelimiter) {
    private static final int NO_CHOICE = -1;

    /** The example with its answer, as it precedes a question. */
    String example(Map<String, @Nullable Object> record, String id) {
        List<String> among = choices(record, id);
        Object question = question(record);
        Object answer = target.literal(record, false);
        if (question instanceof Number number) {
            return choice(among, number, id) + targetDelimiter + answer + exampleDelimiter;
        }
        Object first = answer instanceof List<?> list && !list.isEmpty() ? list.get(0) : answer;
        String written =
                first instanceof Number number && !among.isEmpty() ? choice(among, number, id) : String.valueOf(first);
        return question + (written.isEmpty() ? "" : targetDelimiter + written + exampleDelimiter);
    }

    /** @param examples what precedes the question */
    Question question(OutputType type, Map<String, @Nullable Object> record, String id, String examples) {
        Object described = description.of(record);
        String before = (described == null ? "" : described) + examples;
        return switch (type) {
            case MULTIPLE_CHOICE -> multipleChoice(record, id, before);
            case LOGLIKELIHOOD -> {
                String wanted = String.valueOf(target.of(record));
                yield single(record, id, new Option(before + question(record), wanted), wanted);
            }
            case LOGLIKELIHOOD_ROLLING -> {
                String wanted = String.valueOf(target.of(record));
                yield single(record, id, new Option("", wanted), wanted);
            }
            case GENERATE_UNTIL -> {
                Object wanted = target.literal(record, false);
                List<String> texts =
                        wanted instanceof List<?> list ? Field.texts(list) : List.of(String.valueOf(wanted));
                yield new Question(
                        id,
                        record,
                        List.of(new Option(before + question(record), "")),
                        List.of(),
                        new Target(List.of(), texts));
            }
        };
    }

    private static Question single(Map<String, @Nullable Object> record, String id, Option option, String wanted) {
        return new Question(id, record, List.of(option), List.of(), new Target(List.of(), List.of(wanted)));
    }

    private Question multipleChoice(Map<String, @Nullable Object> record, String id, String before) {
        List<String> among = choices(record, id);
        if (among.isEmpty()) {
            throw new DataException("record " + id + ": doc_to_choice gives no choices; check the task file");
        }
        Object question = question(record);
        Object wanted = target.literal(record, false);
        if (question instanceof Number number) {
            List<Option> options = among.stream()
                    .map(choice -> new Option(before + choice, targetDelimiter + wanted))
                    .toList();
            return new Question(
                    id, record, options, among, new Target(right(number, among), List.of(String.valueOf(wanted))));
        }
        List<Option> options = among.stream()
                .map(choice -> new Option(before + question, targetDelimiter + choice))
                .toList();
        return new Question(id, record, options, among, new Target(right(wanted, among), List.of()));
    }

    private @Nullable Object question(Map<String, @Nullable Object> record) {
        return choices == null ? text.of(record) : text.literal(record, false);
    }

    private List<String> choices(Map<String, @Nullable Object> record, String id) {
        if (choices == null) {
            return List.of();
        }
        Object value;
        try {
            value = choices.literal(record, true);
        } catch (IllegalArgumentException e) {
            throw new DataException("record " + id + ": doc_to_choice gives no list: " + e.getMessage(), e);
        }
        if (!(value instanceof List<?> list)) {
            throw new DataException("record " + id + ": doc_to_choice gives '" + value + "', which is no list");
        }
        return Field.texts(list);
    }

    private static String choice(List<String> among, Number number, String id) {
        int index = number.intValue();
        if (index < 0 || index >= among.size()) {
            throw new DataException("record " + id + ": its answer is choice " + index + " of " + among.size()
                    + ", counted from 0; check doc_to_target");
        }
        return among.get(index);
    }

    private static List<Integer> right(@Nullable Object wanted, List<String> among) {
        List<?> each = wanted instanceof List<?> list ? list : java.util.Arrays.asList(wanted);
        return each.stream()
                .map(value -> index(value, among))
                .filter(index -> index != NO_CHOICE)
                .toList();
    }

    private static int index(@Nullable Object value, List<String> among) {
        if (value instanceof Number number) {
            int index = number.intValue();
            return index >= 0 && index < among.size() ? index : NO_CHOICE;
        }
        return IntStream.range(0, among.size())
                .filter(i -> among.get(i).equals(value))
                .findFirst()
                .orElse(NO_CHOICE);
    }
}
