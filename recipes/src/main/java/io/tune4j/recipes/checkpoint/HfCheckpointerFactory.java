// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.Checkpointer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code FullModelHFCheckpointer}: a model's folder in Hugging Face format, by torchtune's keys. */
public final class HfCheckpointerFactory implements ComponentFactory<Checkpointer> {
    /** A template beyond this is a typing mistake. */
    private static final int MOST_FILES = 10_000;

    /** Any of them says that a folder has all of a model's weights. */
    private static final List<String> OTHER_FORMATS = List.of(
            "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json");

    @Override
    public Class<Checkpointer> type() {
        return Checkpointer.class;
    }

    @Override
    public String name() {
        return "FullModelHFCheckpointer";
    }

    @Override
    public List<String> aliases() {
        return List.of("torchtune.training.FullModelHFCheckpointer");
    }

    @Override
    public String summary() {
        return "a model's folder in Hugging Face format (safetensors)";
    }

    @Override
    public @Nullable Checkpointer create(ConfigReader options, ComponentContext context) {
        CheckpointerOptions read = CheckpointerOptions.read(options, context);
        List<Path> files = files(options, read.directory());
        if (!files.isEmpty() && Files.isDirectory(read.directory())) {
            files = present(options, read.directory(), files);
        }
        return read.valid()
                ? new HfCheckpointer(read.directory(), files, read.output(), read.adapter(), read.recipe(), null)
                : null;
    }

    /** The listed files or, if they are not there but the model is in another format, those. */
    private static List<Path> present(ConfigReader options, Path directory, List<Path> files) {
        List<String> missing = files.stream()
                .filter(file -> !Files.exists(file))
                .map(file -> directory.relativize(file).toString())
                .toList();
        if (missing.isEmpty()) {
            return files;
        }
        boolean other = OTHER_FORMATS.stream().anyMatch(name -> Files.exists(directory.resolve(name)));
        if (other) {
            options.accept(
                    "checkpoint_files",
                    String.join(", ", missing)
                            + " are not there; the same weights in another format are, and are taken");
            return List.of();
        }
        options.missingFile(
                "checkpoint_files",
                directory + " has no " + String.join(", ", missing)
                        + "; download the whole model, or take the key out");
        return files;
    }

    /** The files that {@code checkpoint_files} names; empty for those that the folder's index names. */
    static List<Path> files(ConfigReader options, Path directory) {
        ConfigNode node = options.node("checkpoint_files");
        if (node == null) {
            return List.of();
        }
        List<Path> files = new ArrayList<>();
        if (node instanceof ConfigNode.Mapping) {
            ConfigReader template = options.section("checkpoint_files");
            String format = template.string("filename_format");
            String last = template.string("max_filename");
            numbered(template, format, last).forEach(name -> files.add(directory.resolve(name)));
        } else {
            options.strings("checkpoint_files", List.of()).forEach(name -> files.add(directory.resolve(name)));
        }
        return files;
    }

    /** {@code model-{}-of-{}.safetensors} and {@code 00004} are {@code model-00001-of-00004.safetensors} and so on. */
    private static List<String> numbered(ConfigReader template, String format, String last) {
        if (!last.matches("\\d{1,9}") || Integer.parseInt(last) < 1 || Integer.parseInt(last) > MOST_FILES) {
            template.problem(
                    "max_filename",
                    "expected the last file's number as in its name, such as \"00004\", found '" + last + "'");
            return List.of();
        }
        if (!format.contains("{}")) {
            template.problem(
                    "filename_format", "expected {} where the numbers are, such as model-{}-of-{}.safetensors");
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= Integer.parseInt(last); i++) {
            String number = String.format(Locale.ROOT, "%0" + last.length() + "d", i);
            int first = format.indexOf("{}");
            String name = format.substring(0, first) + number + format.substring(first + 2);
            names.add(name.replace("{}", last));
        }
        return names;
    }
}
