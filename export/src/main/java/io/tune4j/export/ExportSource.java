// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.Problems;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.engine.config.ConfigLoader;
import io.tune4j.engine.modelfile.ModelFile;
import io.tune4j.export.adapter.AdapterConfig;
import io.tune4j.export.model.GgufModelFile;
import io.tune4j.export.model.HfModel;
import io.tune4j.generation.PromptFormFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of what is to be exported.
 *
 * @param model the folder of the model, or of the adapter's base
 * @param adapter the adapter's folder, or null
 * @param run the config of the run that made it, or null
 */
record ExportSource(
        Path model, @Nullable Path adapter, @Nullable Mapping run) {
    private static final String RUN = "config.yaml";

    /** Folders of a run that hold a whole model. */
    private static final String[] MODELS = {"merged", "model"};

    /**
     * Looks at a folder.
     *
     * @param base given by the user, or null
     * @param environment says where the user's cache is, which has the folder of a base model that is a GGUF file
     * @throws UserException if it is neither a run's, nor an adapter's, nor a model's, or the base model is not found
     */
    static ExportSource find(Path folder, @Nullable Path base, Map<String, String> environment) {
        if (!Files.isDirectory(folder)) {
            throw new DataException(folder + (Files.exists(folder) ? " is not a folder" : " does not exist")
                    + "; name the folder of a run, an adapter or a model");
        }
        Path inner = folder.resolve("adapter");
        if (isAdapter(folder) || isAdapter(inner)) {
            Path adapter = isAdapter(folder) ? folder : inner;
            Path parent = folder.toAbsolutePath().normalize().getParent();
            Mapping own = run(folder);
            Mapping run = own != null || parent == null ? own : run(parent);
            ExportSource found = withBase(folder, adapter, run, base);
            return ModelFile.isOne(found.model)
                    ? new ExportSource(
                            GgufModelFile.of(found.model, environment).folder(), adapter, run)
                    : found;
        }
        if (HfModel.isIn(folder)) {
            return new ExportSource(folder, null, null);
        }
        for (String name : MODELS) {
            if (HfModel.isIn(folder.resolve(name))) {
                return new ExportSource(folder.resolve(name), null, run(folder));
            }
        }
        throw new DataException(folder + " is the folder of no run, adapter or model: it has neither adapter/ nor "
                + AdapterConfig.NAME + " nor config.json. A run that was stopped has its adapters in epoch_N/ and"
                + " checkpoints/step_N/");
    }

    private static boolean isAdapter(Path folder) {
        return Files.exists(folder.resolve(AdapterConfig.NAME));
    }

    private static ExportSource withBase(Path folder, Path adapter, @Nullable Mapping run, @Nullable Path base) {
        boolean quantized = run != null && "dequantized".equals(text(run, "merge_into"));
        Path merged = folder.resolve(MODELS[0]);
        if (quantized && base == null && HfModel.isIn(merged)) {
            // The run's own merge added the adapter to the values that it computed with.
            return new ExportSource(merged, null, run);
        }
        if (base != null) {
            return new ExportSource(base, adapter, run);
        }
        String directory = run == null ? null : text(run, "checkpointer", "checkpoint_dir");
        if (directory != null && (HfModel.isIn(Path.of(directory)) || ModelFile.isOne(Path.of(directory)))) {
            return new ExportSource(Path.of(directory), adapter, run);
        }
        String named = AdapterConfig.read(adapter).baseModel();
        if (!named.isEmpty() && HfModel.isIn(Path.of(named))) {
            return new ExportSource(Path.of(named), adapter, run);
        }
        throw new UserException("the base model of " + adapter + " is not there"
                + (named.isEmpty() ? "" : " (its config names '" + named + "')")
                + "; name its folder with --base");
    }

    private static @Nullable Mapping run(Path folder) {
        Path file = folder.resolve(RUN);
        return Files.isRegularFile(file)
                ? ConfigLoader.parse(ConfigLoader.read(file), file.toString(), new Problems())
                : null;
    }

    /** How the model is asked. */
    PromptForm form() {
        return PromptFormFile.read(adapter == null ? model : adapter);
    }

    /** A text in a config, or null. */
    static @Nullable String text(Mapping config, String... keys) {
        ConfigNode node = config;
        for (String key : keys) {
            node = node instanceof Mapping mapping ? mapping.entries().get(key) : null;
        }
        return node instanceof ConfigNode.Scalar scalar && scalar.value() instanceof String text ? text : null;
    }
}
