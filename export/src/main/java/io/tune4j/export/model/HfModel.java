// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import io.tune4j.api.error.DataException;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.engine.torch.TorchFormat;
import io.tune4j.export.files.JsonObjects;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A model's folder in Hugging Face's format with its weights open.
 *
 * @param folder has config.json and the tokenizer's files
 */
public record HfModel(Path folder, HfConfig config, Checkpoint weights) implements AutoCloseable {
    private static final String CONFIG = "config.json";

    /** Whether a folder looks like a model's. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(CONFIG));
    }

    /** @throws DataException if a file is missing or broken, or the checkpoint is quantized */
    public static HfModel open(Path folder) {
        Path file = folder.resolve(CONFIG);
        if (!Files.exists(file)) {
            throw new DataException(folder + " holds no model: there is no " + CONFIG
                    + "; name a model's folder in Hugging Face's format");
        }
        HfConfig config = new HfConfig(JsonObjects.read(file), file);
        if (config.has("quantization_config")) {
            throw new DataException(file + ": the checkpoint is quantized already; take the original one");
        }
        return new HfModel(folder, config, Checkpoint.open(folder, List.of(new TorchFormat())));
    }

    @Override
    public void close() {
        weights.close();
    }
}
