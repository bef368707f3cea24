// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.Checkpointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code FullModelMetaCheckpointer}: a model as Meta releases it, {@code consolidated.00.pth} beside {@code params.json}. Results
 * are in Hugging Face's format all the same.
 */
public final class MetaCheckpointerFactory implements ComponentFactory<Checkpointer> {
    private static final String CONFIG = "config.json";
    private static final String PARAMETERS = "params.json";

    @Override
    public Class<Checkpointer> type() {
        return Checkpointer.class;
    }

    @Override
    public String name() {
        return "FullModelMetaCheckpointer";
    }

    @Override
    public List<String> aliases() {
        return List.of("torchtune.training.FullModelMetaCheckpointer");
    }

    @Override
    public String summary() {
        return "a model's folder in Meta's own format (consolidated.00.pth)";
    }

    @Override
    public @Nullable Checkpointer create(ConfigReader options, ComponentContext context) {
        CheckpointerOptions read = CheckpointerOptions.read(options, context);
        Path directory = read.directory();
        List<Path> files = HfCheckpointerFactory.files(options, directory);
        if (files.size() != 1) {
            options.problem(
                    "checkpoint_files",
                    "expected one file, such as [consolidated.00.pth]; a model in several of them is split across"
                            + " devices: use its safetensors files with FullModelHFCheckpointer");
            return null;
        }
        MetaLayout layout = new MetaLayout(0, 0);
        if (Files.isDirectory(directory)) {
            if (!Files.exists(files.get(0))) {
                options.missingFile(
                        "checkpoint_files",
                        directory + " has no " + files.get(0).getFileName()
                                + "; download the folder 'original' of the model");
            }
            MetaLayout found = layout(options, directory.resolve(PARAMETERS));
            layout = found == null ? layout : found;
        }
        return read.valid()
                ? new HfCheckpointer(
                        modelFolder(directory), files, read.output(), read.adapter(), read.recipe(), layout)
                : null;
    }

    /** The hub keeps Meta's files in a folder {@code original} of the model's, which has the config and the tokenizer. */
    private static Path modelFolder(Path directory) {
        Path parent = directory.toAbsolutePath().normalize().getParent();
        return !Files.exists(directory.resolve(CONFIG)) && parent != null && Files.exists(parent.resolve(CONFIG))
                ? parent
                : directory;
    }

    private static @Nullable MetaLayout layout(ConfigReader options, Path file) {
        if (!Files.exists(file)) {
            options.missingFile(
                    "checkpoint_dir",
                    "there is no " + file + ", which says how many heads the model has; download it too");
            return null;
        }
        try {
            JsonNode parameters = JsonFiles.read(file);
            int heads = parameters.path("n_heads").asInt();
            int keyValueHeads = parameters.path("n_kv_heads").asInt(heads);
            if (heads < 1 || keyValueHeads < 1) {
                options.problem("checkpoint_dir", file + " does not say how many heads the model has (n_heads)");
                return null;
            }
            return new MetaLayout(heads, keyValueHeads);
        } catch (IOException e) {
            options.problem("checkpoint_dir", file + " " + JsonFiles.problem(e, "download it again"));
            return null;
        }
    }
}
