// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.evaluation.metric.Tally;
import io.tune4j.evaluation.score.Likelihood;
import io.tune4j.evaluation.task.Question;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes {@code evaluation.json} and the samples of each task. */
final class ResultFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    ResultFiles(Path folder) {
        this.folder = folder;
    }

    /** The file with all numbers. */
    Path write(Results results, String baseModel) {
        ObjectNode root = JSON.createObjectNode();
        root.put("base_model", baseModel);
        ObjectNode tasks = root.putObject("results");
        results.tallies().forEach((task, byMetric) -> {
            ObjectNode own = tasks.putObject(task);
            byMetric.forEach((metric, byModel) -> {
                ObjectNode values = own.putObject(metric);
                byModel.forEach((model, tally) -> values.set(model, number(tally)));
            });
        });
        ObjectNode versions = root.putObject("versions");
        results.tasks().forEach((name, task) -> versions.put(name, task.version()));
        Path file = folder.resolve("evaluation.json");
        AtomicFiles.writeString(file, text(root, true) + "\n");
        return file;
    }

    private static ObjectNode number(Tally tally) {
        ObjectNode node = JSON.createObjectNode();
        node.put("value", tally.value());
        tally.standardError().ifPresent(error -> node.put("stderr", error));
        node.put("n", tally.count());
        return node;
    }

    /**
     * A line for each question: {@code samples_TASK_MODEL.jsonl}.
     *
     * @return the folder
     */
    Path writeSamples(Results results, Map<String, List<Question>> questions) {
        questions.forEach((task, own) -> {
            for (String model : results.models()) {
                TaskRun.Result result = results.raw(task, model);
                StringBuilder lines = new StringBuilder();
                for (int i = 0; i < own.size(); i++) {
                    lines.append(text(sample(own.get(i), result, i), false)).append('\n');
                }
                AtomicFiles.writeString(folder.resolve("samples_" + task + "_" + model + ".jsonl"), lines.toString());
            }
        });
        return folder;
    }

    private static ObjectNode sample(Question question, TaskRun.Result result, int index) {
        ObjectNode node = JSON.createObjectNode();
        node.put("id", question.id());
        ArrayNode arguments = node.putArray("arguments");
        question.options()
                .forEach(option -> arguments.addArray().add(option.context()).add(option.continuation()));
        node.set("target", target(question));
        if (!result.likelihoods().isEmpty()) {
            ArrayNode responses = node.putArray("responses");
            for (Likelihood each : result.likelihoods().get(index)) {
                responses.addArray().add(each.logLikelihood()).add(each.greedy());
            }
        }
        if (!result.answers().isEmpty()) {
            node.put("answer", result.answers().get(index));
        }
        result.tallies().forEach((metric, tally) -> node.put(metric, tally.of(index)));
        return node;
    }

    private static ArrayNode target(Question question) {
        ArrayNode node = JSON.createArrayNode();
        question.target().choices().forEach(node::add);
        if (node.isEmpty()) {
            question.target().texts().forEach(node::add);
        }
        return node;
    }

    private static String text(ObjectNode node, boolean pretty) {
        try {
            return pretty
                    ? JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node)
                    : JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new InternalException("cannot write results", e);
        }
    }
}
