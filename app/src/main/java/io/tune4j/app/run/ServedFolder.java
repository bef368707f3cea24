// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.Problems;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.engine.adapter.AdapterSection;
import io.tune4j.engine.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A base model with adapters, as a folder names them: the output of a run, a model, or an adapter.
 *
 * @param base the base model's folder
 * @param adapters folders by name
 * @param kept sections of the run's config that hold for serving too, by their keys
 */
public record ServedFolder(Path base, Map<String, Path> adapters, Map<String, ConfigNode> kept) {
    private static final String ADAPTER = "adapter";

    /** The keys of a run's config about computing and about text. */
    private static final List<String> KEPT = List.of("tokenizer", "backend", "device", "dtype", "num_threads");

    public ServedFolder {
        adapters = new LinkedHashMap<>(adapters);
        kept = new LinkedHashMap<>(kept);
    }

    /**
     * Looks at a folder.
     *
     * @param base the base model's folder, or null for the one that the folder names
     * @throws UserException if it holds nothing to serve
     */
    public static ServedFolder of(Path folder, @Nullable Path base) {
        if (Files.exists(folder.resolve("config.yaml"))) {
            return ofRun(folder, base);
        }
        if (Files.exists(folder.resolve(AdapterSection.FILE))) {
            Path of = base == null ? baseOf(folder) : base;
            return new ServedFolder(of, Map.of(nameOf(folder), folder), Map.of());
        }
        if (Files.exists(folder.resolve("config.json"))) {
            return new ServedFolder(folder, Map.of(), Map.of());
        }
        throw new UserException("there is nothing to serve in " + folder.toAbsolutePath()
                + ": expected a run's config.yaml, an adapter's " + AdapterSection.FILE + " or a model's config.json");
    }

    private static ServedFolder ofRun(Path folder, @Nullable Path base) {
        Path file = folder.resolve("config.yaml");
        Problems problems = new Problems();
        Mapping config = ConfigLoader.parse(ConfigLoader.read(file), file.toString(), problems);
        problems.throwIfAny();
        Map<String, ConfigNode> kept = new LinkedHashMap<>();
        for (String key : KEPT) {
            ConfigNode node = config.entries().get(key);
            if (node != null) {
                kept.put(key, node);
            }
        }
        Path of = base;
        if (of == null
                && config.entries().get("checkpointer") instanceof Mapping checkpointer
                && checkpointer.entries().get("checkpoint_dir") instanceof Scalar directory) {
            of = Path.of(directory.text());
        }
        if (of == null) {
            throw new UserException(file + " names no checkpointer.checkpoint_dir; say --base DIR");
        }
        Path adapter = folder.resolve(ADAPTER);
        if (!Files.exists(adapter.resolve(AdapterSection.FILE))) {
            throw new UserException("the run in " + folder.toAbsolutePath()
                    + " has no finished adapter yet; name one of its" + " epoch_N folders, or wait for its end");
        }
        return new ServedFolder(of, Map.of(nameOf(folder), adapter), kept);
    }

    private static Path baseOf(Path adapter) {
        Path file = adapter.resolve(AdapterSection.FILE);
        try {
            JsonNode base = JsonFiles.read(file).path("base_model_name_or_path");
            Path folder = Path.of(base.asText(""));
            if (base.isTextual() && Files.exists(folder.resolve("config.json"))) {
                return folder;
            }
            throw new UserException(
                    "the adapter's base model is '" + base.asText() + "', which is no folder here; say --base DIR");
        } catch (IOException e) {
            throw new UserException("cannot read " + file + ": " + JsonFiles.problem(e), e);
        }
    }

    private static String nameOf(Path folder) {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return name == null ? ADAPTER : name.toString().replaceAll("[^\\w.:@+-]", "_");
    }

    /** Adds adapters. */
    public ServedFolder with(Map<String, Path> further) {
        Map<String, Path> all = new LinkedHashMap<>(adapters);
        all.putAll(further);
        return new ServedFolder(base, all, kept);
    }

    /** A config of the recipe {@code serve}. */
    public String yaml() {
        StringBuilder yaml = new StringBuilder("model: {_component_: auto}\n");
        yaml.append("checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: ")
                .append(quoted(base.toString()))
                .append("}\n");
        if (!kept.containsKey("tokenizer")) {
            yaml.append("tokenizer: {_component_: hf_tokenizer, path: ")
                    .append(quoted(base.toString()))
                    .append("}\n");
        }
        kept.forEach((key, node) -> yaml.append(key)
                .append(": ")
                .append(key.equals("tokenizer") ? flow(uncut(node)) : flow(node))
                .append('\n'));
        yaml.append("adapters: {")
                .append(adapters.entrySet().stream()
                        .map(adapter -> quoted(adapter.getKey()) + ": "
                                + quoted(adapter.getValue().toString()))
                        .collect(Collectors.joining(", ")))
                .append("}\n");
        return yaml.toString();
    }

    /** Prompts are not cut off as samples are. */
    private static ConfigNode uncut(ConfigNode tokenizer) {
        if (!(tokenizer instanceof Mapping mapping)) {
            return tokenizer;
        }
        Map<String, ConfigNode> entries = new LinkedHashMap<>(mapping.entries());
        entries.remove("max_seq_len");
        return new Mapping(entries, mapping.origin());
    }

    /** A node in YAML's flow style, of which JSON is a part. */
    private static String flow(ConfigNode node) {
        if (node instanceof Mapping mapping) {
            return mapping.entries().entrySet().stream()
                    .map(entry -> quoted(entry.getKey()) + ": " + flow(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (node instanceof Sequence sequence) {
            return sequence.items().stream().map(ServedFolder::flow).collect(Collectors.joining(", ", "[", "]"));
        }
        Scalar scalar = (Scalar) node;
        return scalar.value() instanceof String text ? quoted(text) : scalar.value() == null ? "null" : scalar.text();
    }

    private static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }
}
