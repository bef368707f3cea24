// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.recipe;

import io.tune4j.evaluation.metric.Tally;
import io.tune4j.evaluation.task.TaskDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The numbers of all models: a row for each metric of each task, a column for each model. */
final class Results {
    private final List<String> models;
    /** Tallies by task, metric and model. */
    private final Map<String, Map<String, Map<String, Tally>>> tallies = new LinkedHashMap<>();

    private final Map<String, TaskDefinition> tasks = new LinkedHashMap<>();
    private final Map<String, Map<String, TaskRun.Result>> raw = new LinkedHashMap<>();

    Results(List<String> models) {
        this.models = List.copyOf(models);
    }

    void add(String model, TaskDefinition task, TaskRun.Result result) {
        tasks.put(task.name(), task);
        raw.computeIfAbsent(task.name(), name -> new LinkedHashMap<>()).put(model, result);
        result.tallies().forEach((metric, tally) -> put(task.name(), metric, model, tally));
    }

    private void put(String task, String metric, String model, Tally tally) {
        tallies.computeIfAbsent(task, name -> new LinkedHashMap<>())
                .computeIfAbsent(metric, name -> new LinkedHashMap<>())
                .put(model, tally);
    }

    /** Adds the rows of a group: all of its questions together. */
    void group(String name, List<String> members) {
        if (members.size() < 2) {
            return;
        }
        Map<String, Map<String, Tally>> first = tallies.getOrDefault(members.get(0), Map.of());
        for (String metric : List.copyOf(first.keySet())) {
            for (String model : models) {
                List<Tally> parts = members.stream()
                        .flatMap(member -> tally(member, metric, model).stream())
                        .toList();
                if (parts.size() == members.size()) {
                    put(name, metric, model, Tally.together(parts));
                }
            }
        }
    }

    private Optional<Tally> tally(String task, String metric, String model) {
        return Optional.ofNullable(tallies.getOrDefault(task, Map.of())
                .getOrDefault(metric, Map.of())
                .get(model));
    }

    List<String> models() {
        return models;
    }

    Map<String, Map<String, Map<String, Tally>>> tallies() {
        return tallies;
    }

    Map<String, TaskDefinition> tasks() {
        return tasks;
    }

    /** Returns a model's answers to the questions of a task. */
    TaskRun.Result raw(String task, String model) {
        return Objects.requireNonNull(raw.getOrDefault(task, Map.of()).get(model), task);
    }

    /** The table's lines. */
    List<String> table() {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("task", "metric", "n"));
        head.addAll(models);
        rows.add(head);
        tallies.forEach((task, byMetric) -> byMetric.forEach((metric, byModel) -> {
            List<String> row = new ArrayList<>(List.of(task, metric));
            row.add(String.valueOf(byModel.values().iterator().next().count()));
            models.forEach(model -> row.add(cell(byModel.get(model))));
            rows.add(row);
        }));
        int columns = head.size();
        int[] widths = IntStream.range(0, columns)
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        return rows.stream()
                .map(row -> {
                    StringBuilder line = new StringBuilder();
                    for (int column = 0; column < columns; column++) {
                        line.append(String.format(Locale.ROOT, "%-" + (widths[column] + 2) + "s", row.get(column)));
                    }
                    return line.toString().stripTrailing();
                })
                .toList();
    }

    private static String cell(@Nullable Tally tally) {
        if (tally == null) {
            return "-";
        }
        OptionalDouble error = tally.standardError();
        return String.format(Locale.ROOT, "%.4f", tally.value())
                + (error.isPresent() ? String.format(Locale.ROOT, " ± %.4f", error.getAsDouble()) : "");
    }
}
