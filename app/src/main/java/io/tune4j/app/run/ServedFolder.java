// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.Problems;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.engine.adapter.AdapterSection;
import io.tune4j.engine.config.ConfigLoader;
import io.tune4j.engine.modelfile.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A base model with adapters, as a folder names them: the results of a run, a model, or an adapter.
 *
 * @param base the base model's folder, or its GGUF file
 * @param adapters folders by name
 * @param kept sections of the run's config that hold for answers too, by their keys; {@code model} is among them if the adapter's
 *     own file does not describe the adapter
 */
public record ServedFolder(Path base, Map<String, Path> adapters, Map<String, ConfigNode> kept) {
    private static final String ADAPTER = "adapter";
    private static final String MODEL = "config.json";
    private static final String MODEL_SECTION = "model";

    /** The keys of a run's config about computing and about text. */
    private static final List<String> KEPT = List.of("tokenizer", "backend", "device", "dtype", "num_threads");

    public ServedFolder {
        adapters = new LinkedHashMap<>(adapters);
        kept = new LinkedHashMap<>(kept);
    }

    /**
     * Finds out what a folder is.
     *
     * @param folder the results of a run, an adapter, a checkpoint, or a GGUF file
     * @param base the base model's folder or GGUF file, or null for the one that the folder names
     * @throws UserException if it is none of these, or the base is not here
     */
    public static ServedFolder of(Path folder, @Nullable Path base) {
        if (ModelFile.isOne(folder)) {
            return new ServedFolder(folder, Map.of(), Map.of());
        }
        if (!Files.isDirectory(folder)) {
            throw new UserException("there is no folder " + folder.toAbsolutePath()
                    + "; name a checkpoint, a GGUF file, an adapter, or the output_dir of a run");
        }
        if (base != null && !isModel(base)) {
            throw new UserException("--base names the base model in " + base.toAbsolutePath() + ", but there is no "
                    + MODEL + " in it, and it is no GGUF file");
        }
        if (isAdapter(folder)) {
            Path parent = folder.toAbsolutePath().normalize().getParent();
            Mapping run = parent == null ? null : run(parent);
            return ofAdapter(folder, nameOf(folder), run, base);
        }
        Mapping run = run(folder);
        Path ofRun = folder.resolve(ADAPTER);
        if (isAdapter(ofRun)) {
            return ofAdapter(ofRun, nameOf(folder), run, base);
        }
        for (Path model : List.of(folder, folder.resolve("merged"), folder.resolve("model"))) {
            if (isModel(model)) {
                return new ServedFolder(model, Map.of(), kept(run));
            }
        }
        if (run != null) {
            throw new UserException("the run in " + folder.toAbsolutePath()
                    + " has no finished adapter yet; name one of its epoch_N folders, or wait for its end");
        }
        throw new UserException(folder.toAbsolutePath() + " is no model: it has no " + MODEL + " (a checkpoint), no "
                + AdapterSection.FILE + " (an adapter) and no " + ADAPTER + "/ (the results of a run)");
    }

    private static ServedFolder ofAdapter(Path adapter, String name, @Nullable Mapping run, @Nullable Path base) {
        Map<String, ConfigNode> kept = kept(run);
        ConfigNode model = run == null ? null : run.entries().get(MODEL_SECTION);
        if (model != null && !AdapterSection.isLora(read(adapter))) {
            kept.put(MODEL_SECTION, model);
        }
        return new ServedFolder(baseOf(adapter, run, base), Map.of(name, adapter), kept);
    }

    private static JsonNode read(Path adapter) {
        Path file = adapter.resolve(AdapterSection.FILE);
        try {
            return JsonFiles.read(file);
        } catch (IOException e) {
            throw new DataException(file + " " + JsonFiles.problem(e, "copy the adapter again"), e);
        }
    }

    private static boolean isModel(Path folder) {
        return Files.exists(folder.resolve(MODEL)) || ModelFile.isOne(folder);
    }

    private static boolean isAdapter(Path folder) {
        return Files.exists(folder.resolve(AdapterSection.FILE));
    }

    private static @Nullable Mapping run(Path folder) {
        Path file = folder.resolve("config.yaml");
        if (!Files.isRegularFile(file)) {
            return null;
        }
        Problems problems = new Problems();
        Mapping config = ConfigLoader.parse(ConfigLoader.read(file), file.toString(), problems);
        problems.throwIfAny();
        return config;
    }

    private static Map<String, ConfigNode> kept(@Nullable Mapping run) {
        Map<String, ConfigNode> kept = new LinkedHashMap<>();
        for (String key : KEPT) {
            ConfigNode node = run == null ? null : run.entries().get(key);
            if (node != null) {
                kept.put(key, node);
            }
        }
        return kept;
    }

    private static Path baseOf(Path adapter, @Nullable Mapping run, @Nullable Path given) {
        if (given != null) {
            return given;
        }
        if (run != null
                && run.entries().get("checkpointer") instanceof Mapping checkpointer
                && checkpointer.entries().get("checkpoint_dir") instanceof Scalar directory
                && isModel(Path.of(directory.text()))) {
            return Path.of(directory.text());
        }
        String named = read(adapter).path("base_model_name_or_path").asText("");
        try {
            if (!named.isEmpty() && isModel(Path.of(named))) {
                return Path.of(named);
            }
        } catch (InvalidPathException e) {
            throw new UserException(
                    adapter.resolve(AdapterSection.FILE)
                            + " names a base model that can be no folder here; name it with --base DIR",
                    e);
        }
        throw new UserException("the adapter in " + adapter.toAbsolutePath() + " is for the base model '" + named
                + "', which is no folder with a " + MODEL + " here; get it with tune download, and name its folder"
                + " with --base DIR");
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

    /** A config of the recipe {@code serve}, which reads each adapter's own file. */
    public String serveYaml() {
        Map<String, ConfigNode> sections = new LinkedHashMap<>(kept);
        sections.remove(MODEL_SECTION);
        return common(sections)
                + adapters.entrySet().stream()
                        .map(adapter -> quoted(adapter.getKey()) + ": "
                                + quoted(adapter.getValue().toString()))
                        .collect(Collectors.joining(", ", "adapters: {", "}\n"));
    }

    /** A config of the recipe {@code generate}, with the first of the adapters. */
    public String generateYaml() {
        return common(kept)
                + "prompt: {user: ''}\n"
                + adapters.values().stream()
                        .limit(1)
                        .map(adapter -> "adapter_dir: " + quoted(adapter.toString()) + "\n")
                        .collect(Collectors.joining());
    }

    private String common(Map<String, ConfigNode> sections) {
        StringBuilder yaml = new StringBuilder();
        if (!sections.containsKey(MODEL_SECTION)) {
            yaml.append("model: {_component_: auto}\n");
        }
        yaml.append("checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: ")
                .append(quoted(base.toString()))
                .append("}\n");
        if (!sections.containsKey("tokenizer")) {
            yaml.append("tokenizer: {_component_: hf_tokenizer, path: ")
                    .append(quoted(base.toString()))
                    .append("}\n");
        }
        sections.forEach((key, node) -> yaml.append(key)
                .append(": ")
                .append(key.equals("tokenizer") ? flow(uncut(node)) : flow(node))
                .append('\n'));
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
