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
        Path directory = options.path("checkpoint_dir");
        List<Path> files = files(options, directory);
        Path output = options.pathOrNull("output_dir");
        Path adapter = options.pathOrNull("adapter_checkpoint");
        Path recipe = options.pathOrNull("recipe_checkpoint");
        options.accept("model_type", "the architecture is the model's; this says nothing more");
        options.accept("safe_serialization", "results are always safetensors");
        options.accept("resume_from_checkpoint", "the key at the top level decides");
        options.accept("should_load_recipe_state", "resume_from_checkpoint at the top level decides");
        if (options.has("checkpoint_dir") && !Files.isDirectory(directory)) {
            options.missingFile(
                    "checkpoint_dir",
                    "there is no folder " + directory.toAbsolutePath()
                            + "; download the model there (tune download MODEL --output-dir " + directory
                            + "), or name the folder that has it");
        }
        if (output != null
                && output.toAbsolutePath()
                        .normalize()
                        .equals(directory.toAbsolutePath().normalize())) {
            options.problem(
                    "output_dir", "is the base model's own folder; choose another, so that nothing is mixed up");
            return null;
        }
        return new HfCheckpointer(directory, files, output, adapter, recipe);
    }

    /** The files that {@code checkpoint_files} names; empty for those that the folder's index names. */
    private static List<Path> files(ConfigReader options, Path directory) {
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
