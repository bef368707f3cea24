// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's {@code config.json}, as transformers 4 writes it ({@code rope_theta} and {@code rope_scaling}) and as
 * transformers 5 does ({@code rope_parameters}).
 *
 * @param config null if there are problems
 * @param names of the model's modules and weights
 * @param notice what a user should know of the checkpoint; null for nothing
 * @param problems everything wrong with the file, empty if nothing is
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ConfigFile(
        @Nullable DecoderConfig config,
        DecoderDefinition.Names names,
        @Nullable String notice,
        List<String> problems) {
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
        return failed(List.of(problem));
    }

    private static ConfigFile failed(List<String> problems) {
        return new ConfigFile(null, DecoderDefinition.Names.ALONE, null, List.copyOf(problems));
    }

    private static ConfigFile read(Path directory, JsonNode root, Architecture known) {
        Path file = directory.resolve(NAME);
        List<String> problems = new ArrayList<>();
        Consumer<String> at = problem -> problems.add(file + ": " + problem);
        TextPart part = TextPart.of(root, known);
        JsonKeys keys = part == null ? new JsonKeys(root, "", at) : new JsonKeys(part.config(), TextPart.KEY + ".", at);
        String other = OtherCheckpoint.reason(keys.object());
        if (other != null) {
            keys.problem(other);
            return failed(problems);
        }
        if (part == null) {
            checkArchitecture(keys, known);
        }
        String quantized = QuantizedCheckpoint.reason(directory, root);
        if (quantized != null) {
            keys.problem(quantized);
        }
        DecoderConfig config = known.read(keys);
        if (problems.isEmpty()) {
            config.contradictions().forEach(keys::problem);
        }
        if (!problems.isEmpty()) {
            return failed(problems);
        }
        return part == null
                ? new ConfigFile(config, DecoderDefinition.Names.ALONE, null, List.of())
                : new ConfigFile(config, DecoderDefinition.Names.PART, part.notice(file), List.of());
    }

    static Stream<String> names(JsonNode architectures) {
        return StreamSupport.stream(architectures.spliterator(), false).map(JsonNode::asText);
    }

    private static void checkArchitecture(JsonKeys keys, Architecture known) {
        JsonNode architectures = keys.object().path("architectures");
        boolean fits = architectures.isEmpty()
                ? known.modelTypes().contains(keys.text("model_type", ""))
                : names(architectures).anyMatch(known.architectures()::contains);
        if (!fits) {
            keys.problem("the architecture is "
                    + (architectures.isEmpty() ? keys.object().path("model_type") : architectures)
                    + ", but this model family reads " + String.join(", ", known.architectures())
                    + "; take a " + known.family() + " checkpoint, name the builder of that family, or lora_auto,"
                    + " which finds it");
        }
    }
}
