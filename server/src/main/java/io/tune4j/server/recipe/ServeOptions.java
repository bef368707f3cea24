// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.recipe;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.engine.adapter.AdapterSection;
import io.tune4j.server.http.HttpOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The recipe's own keys.
 *
 * @param plan section {@code model}: the base model, without a PEFT method
 * @param checkpointer the base model's checkpoint
 * @param baseName {@code model_name}: the base model's name for clients; its folder's name by default
 * @param adapters {@code adapters}: the adapters' folders by their names for clients
 * @param http {@code host}, {@code port}, {@code api_key} (or the environment's {@code TUNE4J_API_KEY}), {@code max_body_bytes}
 * @param positions {@code max_seq_length}: the most tokens of a prompt with its answer; null for the model's
 * @param mostTokens {@code max_tokens_limit}: the most tokens of an answer
 * @param parallel {@code max_parallel}: requests that run at a time
 * @param queue {@code max_queue}: requests that wait
 * @param shutdownSeconds {@code shutdown_seconds}: how long answers may continue when the server shuts down
 */
public record ServeOptions(
        ModelPlan plan,
        Checkpointer checkpointer,
        String baseName,
        Map<String, Path> adapters,
        HttpOptions http,
        @Nullable Integer positions,
        int mostTokens,
        int parallel,
        int queue,
        int shutdownSeconds) {
    private static final int ANY = Integer.MAX_VALUE;
    private static final String KEY_VARIABLE = "TUNE4J_API_KEY";
    private static final String NAME = "[\\w.:/@+-]{1,200}";

    /** Threads beyond those of running and waiting requests, which answer further requests that the queue is full. */
    private static final int SPARE_THREADS = 64;

    public ServeOptions {
        adapters = Collections.unmodifiableMap(new LinkedHashMap<>(adapters));
    }

    /** Null if the config is wrong. */
    static @Nullable ServeOptions read(ConfigValues config) {
        ConfigReader root = config.root();
        Checkpointer checkpointer = config.require(Checkpointer.class);
        ModelPlan plan = config.require(ModelPlan.class);
        if (plan != null && plan.peft() != null) {
            root.section("model")
                    .problem(
                            "_component_",
                            "'" + plan.name()
                                    + "' has a PEFT method; name the base model, such as auto, and the adapters in"
                                    + " section adapters");
        }
        int parallel = root.integer("max_parallel", 16, 1, 1024);
        int queue = root.integer("max_queue", 256, 0, 100_000);
        String key = root.string("api_key", config.environment().getOrDefault(KEY_VARIABLE, ""));
        HttpOptions http = new HttpOptions(
                root.string("host", "127.0.0.1"),
                root.integer("port", 8000, 0, 65_535),
                key.isEmpty() ? null : key,
                root.longInteger("max_body_bytes", 4L << 20),
                parallel + Math.min(queue, 2048) + SPARE_THREADS);
        if (http.mostBytes() < 1 || http.mostBytes() > 1L << 30) {
            root.problem("max_body_bytes", "expected a value from 1 to 1073741824, found " + http.mostBytes());
        }
        Integer positions = root.integerOrNull("max_seq_length");
        if (positions != null && positions < 2) {
            root.problem("max_seq_length", "expected at least 2, found " + positions);
        }
        int mostTokens = root.integer("max_tokens_limit", 4096, 1, ANY);
        int seconds = root.integer("shutdown_seconds", 10, 0, 3600);
        String name = root.string("model_name", checkpointer == null ? "base" : nameOf(checkpointer));
        requireName(root, "model_name", name);
        Map<String, Path> adapters = adapters(root, name);
        return plan == null || checkpointer == null
                ? null
                : new ServeOptions(
                        plan, checkpointer, name, adapters, http, positions, mostTokens, parallel, queue, seconds);
    }

    private static String nameOf(Checkpointer checkpointer) {
        Path folder =
                checkpointer.checkpointDirectory().toAbsolutePath().normalize().getFileName();
        return folder == null ? "base" : folder.toString().replaceAll("[^\\w.:@+-]", "_");
    }

    private static void requireName(ConfigReader section, String key, String name) {
        if (!name.matches(NAME)) {
            section.problem(key, "'" + name + "' is not a valid name; use letters, digits and . : / @ + - _");
        }
    }

    private static Map<String, Path> adapters(ConfigReader root, String baseName) {
        ConfigReader section = root.sectionOrNull("adapters");
        Map<String, Path> adapters = new LinkedHashMap<>();
        if (section == null) {
            return adapters;
        }
        for (String name : section.keys()) {
            Path folder = section.path(name);
            requireName(section, name, name);
            if (name.equals(baseName)) {
                section.problem(name, "is the base model's name too; set model_name");
            }
            if (!Files.exists(folder.resolve(AdapterSection.FILE))) {
                section.missingFile(
                        name,
                        "there is no " + AdapterSection.FILE + " in " + folder.toAbsolutePath()
                                + "; name an adapter's folder");
            }
            adapters.put(name, folder);
        }
        return adapters;
    }
}
