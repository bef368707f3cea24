package io.tune4j.models.llama;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.io.JsonFiles;
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
            JsonNode root = JsonFiles.read(file);
            return root.isObject() ? new Reader(file, root).read() : failed(file + " holds no JSON object");
        } catch (IOException e) {
            return failed(file + " " + JsonFiles.problem(e, "download it again"));
        }
    }

    private static ConfigFile failed(String problem) {
        return new ConfigFile(null, List.of(problem));
    }

    /** Reads the keys of one file and collects what is wrong with them. */
    private static final class Reader {
        private final Path file;
        private final JsonNode root;
        private final List<String> problems = new ArrayList<>();

        Reader(Path file, JsonNode root) {
            this.file = file;
            this.root = root;
        }

        ConfigFile read() {
            checkArchitecture();
            JsonKeys keys = new JsonKeys(root, "", this::problem);
            RopeKeys rope = new RopeKeys(keys, this::problem);
            int hidden = keys.integer("hidden_size", null);
            int heads = keys.integer("num_attention_heads", null);
            int maxPositions = keys.integer("max_position_embeddings", 2048);
            RopeScaling scaling = rope.scaling(maxPositions);
            LlamaConfig config = new LlamaConfig(
                    keys.integer("vocab_size", null),
                    hidden,
                    keys.integer("intermediate_size", null),
                    keys.integer("num_hidden_layers", null),
                    heads,
                    keys.integer("num_key_value_heads", heads),
                    keys.integer("head_dim", heads > 0 ? hidden / heads : 0),
                    scaling.longest(maxPositions),
                    keys.number("rms_norm_eps", 1e-6),
                    rope.theta(),
                    scaling,
                    keys.bool("tie_word_embeddings"),
                    keys.bool("attention_bias"),
                    keys.bool("mlp_bias"));
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
    }
}
