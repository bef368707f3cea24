// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's {@code config.json}, as transformers 4 writes it ({@code rope_theta} and {@code rope_scaling}) and as
 * transformers 5 does ({@code rope_parameters}).
 *
 * @param config null if there are problems
 * @param problems everything wrong with the file, empty if nothing is
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ConfigFile(@Nullable DecoderConfig config, List<String> problems) {
    static final String NAME = "config.json";

    static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(NAME));
    }

    /**
     * Reads the file of a checkpoint's folder.
     *
     * @param known the family that the checkpoint should be of
     */
    public static ConfigFile read(Path directory, Architecture known) {
        Path file = directory.resolve(NAME);
        if (!Files.isDirectory(directory)) {
            return failed("there is no folder " + directory
                    + "; set checkpointer.checkpoint_dir to a model's folder in Hugging Face format");
        }
        if (!Files.exists(file)) {
            return failed("there is no " + NAME + " in " + directory
                    + "; download it together with the weights, or name a builder with fixed sizes");
        }
        try {
            JsonNode root = JsonFiles.read(file);
            return root.isObject() ? read(directory, root, known) : failed(file + " holds no JSON object");
        } catch (IOException e) {
            return failed(file + " " + JsonFiles.problem(e, "download it again"));
        }
    }

    private static ConfigFile failed(String problem) {
        return new ConfigFile(null, List.of(problem));
    }

    private static ConfigFile read(Path directory, JsonNode root, Architecture known) {
        Path file = directory.resolve(NAME);
        List<String> problems = new ArrayList<>();
        JsonKeys keys = new JsonKeys(root, "", problem -> problems.add(file + ": " + problem));
        String other = OtherCheckpoint.reason(root);
        if (other != null) {
            keys.problem(other);
            return new ConfigFile(null, problems);
        }
        checkArchitecture(keys, known);
        String quantized = QuantizedCheckpoint.reason(directory, root);
        if (quantized != null) {
            keys.problem(quantized);
        }
        DecoderConfig config = known.read(keys);
        if (problems.isEmpty()) {
            config.contradictions().forEach(keys::problem);
        }
        return problems.isEmpty() ? new ConfigFile(config, List.of()) : new ConfigFile(null, List.copyOf(problems));
    }

    private static void checkArchitecture(JsonKeys keys, Architecture known) {
        JsonNode architectures = keys.object().path("architectures");
        boolean fits = architectures.isEmpty()
                ? known.modelTypes().contains(keys.text("model_type", ""))
                : StreamSupport.stream(architectures.spliterator(), false)
                        .anyMatch(name -> known.architectures().contains(name.asText()));
        if (!fits) {
            keys.problem("the architecture is "
                    + (architectures.isEmpty() ? keys.object().path("model_type") : architectures)
                    + ", but this model family reads " + String.join(", ", known.architectures())
                    + "; take a " + known.family() + " checkpoint, name the builder of that family, or lora_auto,"
                    + " which finds it");
        }
    }
}
