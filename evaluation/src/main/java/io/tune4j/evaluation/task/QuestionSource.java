// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.data.RecordProvider;
import io.tune4j.api.error.DataException;
import io.tune4j.evaluation.instruction.Instructions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The questions of a task, made of its records. */
public final class QuestionSource {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, @Nullable Object>> FIELDS = new TypeReference<>() {};

    /** Drawn examples are drawn from so many records at most. */
    private static final int MOST_EXAMPLES = 10_000;

    private final TaskDefinition task;
    private final long seed;

    private record Loaded(Map<String, @Nullable Object> fields, String id) {}

    /** @param seed of the examples that are drawn */
    public QuestionSource(TaskDefinition task, long seed) {
        this.task = task;
        this.seed = seed;
    }

    /**
     * Reads records and makes questions of them.
     *
     * @param limit the most records; null for all
     * @throws DataException if there is no record, or one has not what the task file names
     */
    public List<Question> questions(@Nullable Integer limit) {
        boolean instructs =
                task.metrics().stream().anyMatch(metric -> metric.name().contains("_level_"));
        List<Loaded> records = load(
                task.records(),
                limit == null ? Integer.MAX_VALUE : limit,
                instructs ? Instructions::checks : each -> true);
        if (records.isEmpty()) {
            throw new DataException("task " + task.name() + " has no records in the split '" + task.split() + "'");
        }
        RecordProvider source = task.examples();
        List<Loaded> pool = task.fewShots().count() == 0
                ? List.of()
                : load(source == null ? task.records() : source, MOST_EXAMPLES, each -> true);
        List<Question> questions = new ArrayList<>(records.size());
        Random random = new Random(seed);
        for (Loaded record : records) {
            String examples = examples(pool, record, random);
            questions.add(task.prompt().question(task.type(), record.fields, record.id, examples));
        }
        return questions;
    }

    private static List<Loaded> load(
            RecordProvider source, int limit, Predicate<Map<String, @Nullable Object>> wanted) {
        List<Loaded> records = new ArrayList<>();
        source.read((record, id) -> {
            Map<String, @Nullable Object> fields = JSON.convertValue(record, FIELDS);
            if (wanted.test(fields)) {
                records.add(new Loaded(fields, id));
            }
            return records.size() < limit;
        });
        return records;
    }

    /** Examples before a record, never the record itself. */
    private String examples(List<Loaded> pool, Loaded record, Random random) {
        int count = task.fewShots().count();
        if (count == 0) {
            return "";
        }
        List<Loaded> others = new ArrayList<>(pool);
        others.removeIf(other -> other.fields.equals(record.fields));
        if (others.size() < count) {
            throw new DataException("task " + task.name() + " wants " + count + " examples, but there are "
                    + others.size() + " in the split '" + task.fewShots().split() + "'; set num_fewshot");
        }
        if (!task.fewShots().firstN()) {
            for (int i = 0; i < count; i++) {
                Collections.swap(others, i, i + random.nextInt(others.size() - i));
            }
        }
        StringBuilder text = new StringBuilder();
        others.subList(0, count).forEach(example -> text.append(task.prompt().example(example.fields, example.id)));
        return text.toString();
    }
}
