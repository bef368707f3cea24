// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.recipe;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.evaluation.task.DataChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recipe's own keys.
 *
 * @param tasks {@code tasks}: names of tasks or groups, or task files
 * @param limit {@code limit}: the most records of each task; null for all
 * @param maxLength {@code max_seq_length}: the most tokens that the model reads at a time
 * @param batchSize {@code batch_size}: sequences in a forward pass
 * @param includePaths {@code include_path}: folders with further task files
 * @param fewShots {@code num_fewshot}: instead of that of the task files; null for theirs
 * @param begins {@code add_bos_token}: whether texts begin with the tokenizer's beginning token
 * @param logsSamples {@code log_samples}: whether each question is written into {@code output_dir}
 * @param data {@code data}: local files instead of data sets
 */
public record EvalOptions(
        List<String> tasks,
        @Nullable Integer limit,
        int maxLength,
        int batchSize,
        List<Path> includePaths,
        @Nullable Integer fewShots,
        boolean begins,
        boolean logsSamples,
        DataChoice data) {
    private static final int ANY = Integer.MAX_VALUE;

    public EvalOptions {
        tasks = List.copyOf(tasks);
        includePaths = List.copyOf(includePaths);
    }

    static EvalOptions read(ConfigValues config) {
        ConfigReader root = config.root();
        List<String> tasks = root.strings("tasks", List.of());
        if (tasks.isEmpty()) {
            root.problem("tasks", "missing; name tasks, such as tasks=[arc_easy,hellaswag]");
        }
        Integer limit = root.integerOrNull("limit");
        if (limit != null && limit < 1) {
            root.problem("limit", "expected at least 1, or null for all records, found " + limit);
        }
        Integer fewShots = root.integerOrNull("num_fewshot");
        if (fewShots != null && fewShots < 0) {
            root.problem("num_fewshot", "expected at least 0, found " + fewShots);
        }
        boolean logs = root.bool("log_samples", false);
        if (logs && config.outputDirectory() == null) {
            root.problem("log_samples", "needs a folder to write to; set output_dir");
        }
        root.accept("enable_kv_cache", "log-likelihoods need no cache");
        root.accept("resume_from_checkpoint", "an evaluation always starts at its first sample");
        if (root.has("quantizer")) {
            root.problem(
                    "quantizer",
                    "is a Python class, which is not run here; model.quantize_base=True or a qlora_ model stores weights in"
                            + " four bits");
        }
        root.claim("cudnn_deterministic_mode");
        return new EvalOptions(
                tasks,
                limit,
                root.integer("max_seq_length", 4096, 2, ANY),
                root.integer("batch_size", 8, 1, ANY),
                folders(root),
                fewShots,
                root.bool("add_bos_token", false),
                logs,
                DataChoice.read(root));
    }

    private static List<Path> folders(ConfigReader root) {
        List<Path> folders =
                root.strings("include_path", List.of()).stream().map(Path::of).toList();
        for (Path folder : folders) {
            if (!Files.isDirectory(folder)) {
                root.missingFile("include_path", "there is no folder " + folder.toAbsolutePath());
            }
        }
        return folders.stream().filter(Files::isDirectory).toList();
    }
}
