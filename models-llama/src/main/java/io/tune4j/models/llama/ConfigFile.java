package io.tune4j.models.llama;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's {@code config.json}, as transformers 4 writes it ({@code rope_theta} and {@code rope_scaling}) and as
 * transformers 5 does ({@code rope_parameters}).
 *
 * @param config null if there are problems
 * @param problems everything wrong with the file, empty if nothing is
 */
record ConfigFile(@Nullable LlamaConfig config, List<String> problems) {
    static final String NAME = "config.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(NAME));
    }

    static ConfigFile read(Path directory) {
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
            JsonNode root = JSON.readTree(file.toFile());
            return root.isObject() ? new Reader(file, root).read() : failed(file + " holds no JSON object");
        } catch (JsonProcessingException e) {
            return failed(file + " is no valid JSON: " + e.getOriginalMessage().replaceAll(" \\(start marker.*", "")
                    + " at line " + e.getLocation().getLineNr() + "; download it again");
        } catch (IOException e) {
            return failed("cannot read " + file + ": " + e.getMessage());
        }
    }

    private static ConfigFile failed(String problem) {
        return new ConfigFile(null, List.of(problem));
    }

    /** Reads the keys of one file and collects what is wrong with them. */
    private static final class Reader {
        private final Path file;
        private final JsonNode root;
        private final JsonNode rope;
        private final List<String> problems = new ArrayList<>();

        Reader(Path file, JsonNode root) {
            this.file = file;
            this.root = root;
            this.rope = root.hasNonNull("rope_parameters") ? root.get("rope_parameters") : root.path("rope_scaling");
        }

        ConfigFile read() {
            checkArchitecture();
            int hidden = integer("hidden_size", null);
            int heads = integer("num_attention_heads", null);
            LlamaConfig config = new LlamaConfig(
                    integer("vocab_size", null),
                    hidden,
                    integer("intermediate_size", null),
                    integer("num_hidden_layers", null),
                    heads,
                    integer("num_key_value_heads", heads),
                    integer("head_dim", heads > 0 ? hidden / heads : 0),
                    integer("max_position_embeddings", 2048),
                    number(root, "rms_norm_eps", 1e-6),
                    number(rope.hasNonNull("rope_theta") ? rope : root, "rope_theta", 10000),
                    ropeScaling(),
                    bool("tie_word_embeddings"),
                    bool("attention_bias"),
                    bool("mlp_bias"));
            if (problems.isEmpty()) {
                config.contradictions().forEach(this::problem);
            }
            return problems.isEmpty() ? new ConfigFile(config, List.of()) : new ConfigFile(null, List.copyOf(problems));
        }

        private void problem(String message) {
            problems.add(file + ": " + message);
        }

        private void checkArchitecture() {
            JsonNode architectures = root.path("architectures");
            boolean llama = false;
            for (JsonNode architecture : architectures) {
                llama |= architecture.asText().equals("LlamaForCausalLM");
            }
            if (!llama
                    && (!architectures.isEmpty()
                            || !root.path("model_type").asText().equals("llama"))) {
                problem("the architecture is " + (architectures.isEmpty() ? root.path("model_type") : architectures)
                        + ", but this model family reads LlamaForCausalLM; take a Llama checkpoint, or a plugin for that"
                        + " architecture");
            }
            String activation = root.path("hidden_act").asText("silu");
            if (!activation.equals("silu") && !activation.equals("swish")) {
                problem("hidden_act '" + activation + "' is not supported; a Llama has silu");
            }
            if (root.hasNonNull("quantization_config")) {
                problem("the checkpoint is quantized ("
                        + root.path("quantization_config").path("quant_method").asText("?")
                        + "); take the original one in bf16, fp16 or fp32: quantization is chosen by the run's config");
            }
        }

        private RopeScaling ropeScaling() {
            if (!rope.isObject()) {
                return new RopeScaling.None();
            }
            String type = rope.path("rope_type").asText(rope.path("type").asText("default"));
            return switch (type) {
                case "default" -> new RopeScaling.None();
                case "llama3" ->
                    new RopeScaling.Llama3(
                            number(rope, "factor", null),
                            number(rope, "low_freq_factor", null),
                            number(rope, "high_freq_factor", null),
                            (int) number(rope, "original_max_position_embeddings", null));
                default -> {
                    problem("rope scaling '" + type
                            + "' is not supported yet; supported are none and llama3. Without it"
                            + " the model would run with wrong positions, so it is refused; for sequences within the"
                            + " original context length remove the scaling from a copy of the file");
                    yield new RopeScaling.None();
                }
            };
        }

        private int integer(String key, @Nullable Integer defaultValue) {
            JsonNode node = root.path(key);
            if (node.isMissingNode() || node.isNull()) {
                if (defaultValue == null) {
                    problem(key + " is missing");
                }
                return defaultValue == null ? 0 : defaultValue;
            }
            if (!node.canConvertToInt() || !node.isIntegralNumber()) {
                problem(key + ": expected an integer, found " + node);
                return 0;
            }
            return node.intValue();
        }

        private double number(JsonNode parent, String key, @Nullable Number defaultValue) {
            JsonNode node = parent.path(key);
            if (node.isNumber()) {
                return node.doubleValue();
            }
            if (!node.isMissingNode() && !node.isNull()) {
                problem(key + ": expected a number, found " + node);
            } else if (defaultValue == null) {
                problem((parent == root ? "" : "rope: ") + key + " is missing");
            }
            return defaultValue == null ? 1 : defaultValue.doubleValue();
        }

        private boolean bool(String key) {
            JsonNode node = root.path(key);
            if (!node.isMissingNode() && !node.isNull() && !node.isBoolean()) {
                problem(key + ": expected true or false, found " + node);
            }
            return node.asBoolean(false);
        }
    }
}
