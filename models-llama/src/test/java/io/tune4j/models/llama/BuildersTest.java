// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.llama;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.DecoderDefinition;
import io.tune4j.decoder.RopeScaling;
import io.tune4j.decoder.Rotary;
import io.tune4j.testkit.config.Sections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuildersTest {
    private static final String OLD = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 128256, "hidden_size": 2048,
             "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8,
             "max_position_embeddings": 131072, "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "hidden_act": "silu",
             "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                              "original_max_position_embeddings": 8192, "rope_type": "llama3"},
             "tie_word_embeddings": true}
            """;
    private static final String NEW = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 128256, "hidden_size": 2048,
             "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8,
             "head_dim": 64, "max_position_embeddings": 131072, "rms_norm_eps": 1e-5, "hidden_act": "silu",
             "rope_parameters": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0, "rope_theta": 500000.0,
                                 "original_max_position_embeddings": 8192, "rope_type": "llama3"},
             "tie_word_embeddings": true, "dtype": "bfloat16"}
            """;

    @TempDir
    Path folder;

    private static ModelBuilder builder(String name) {
        return new LlamaPlugin()
                .models().get(0).builders().stream()
                        .filter(candidate -> candidate.name().equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    private ModelDefinition define(String builder, String config) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        return Objects.requireNonNull(builder(builder).define(Sections.of("{}"), folder));
    }

    private String problems(String builder, String options, String config) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        ConfigReader reader = Sections.of(options);
        assertThat(builder(builder).define(reader, folder)).isNull();
        return reader.problems().all().toString();
    }

    /** Counts of the released checkpoints. */
    @ParameterizedTest
    @CsvSource({
        "llama2_7b, 6738415616",
        "llama2_13b, 13015864320",
        "llama2_70b, 68976648192",
        "code_llama2_7b, 6738546688",
        "llama3_8b, 8030261248",
        "llama3_70b, 70553706496",
        "llama3_1_8b, 8030261248",
        "llama3_1_70b, 70553706496",
        "llama3_1_405b, 405853388800",
        "llama3_2_1b, 1235814400",
        "llama3_2_3b, 3212749824",
        "smollm2_135m, 134515008",
        "smollm2_360m, 361821120",
        "smollm2_1_7b, 1711376384",
        "tinyllama_1b, 1100048384",
        "llama3_3_70b, 70553706496"
    })
    void namedBuildersHaveTheReleasedSizes(String name, long parameters) {
        ModelDefinition definition = builder(name).define(Sections.of("{}"), null);
        assertThat(Objects.requireNonNull(definition).parameterCount()).isEqualTo(parameters);
    }

    @Test
    void bothLayoutsOfConfigJsonMeanTheSame() throws IOException {
        assertThat(define("llama", NEW)).isEqualTo(define("llama", OLD));
        assertThat(define("llama", OLD)).isEqualTo(define("llama3_2_1b", OLD));
        assertThat(define("llama", OLD).describe()).isEqualTo("Llama, 16 layers, 2048 wide, 1.24 B parameters");
    }

    @Test
    void aCheckpointOfAnotherSizeIsToldInFull() throws IOException {
        assertThat(problems("llama3_1_8b", "{}", OLD))
                .contains("hidden_size is 4096 in the builder, 2048 in the checkpoint")
                .contains("num_hidden_layers is 32", "tie_word_embeddings is false", "rope_scaling is", "lora_llama");
    }

    private static String withRope(String section, String rope) {
        String config = OLD.replaceAll("(?s)\"rope_scaling\": \\{[^}]*},", "");
        return config.replaceFirst("\\{", "{\"" + section + "\": " + rope + ",");
    }

    private RopeScaling scaling(String section, String rope) throws IOException {
        return rotary(define("llama", withRope(section, rope))).scaling();
    }

    private static Rotary rotary(ModelDefinition definition) {
        return Objects.requireNonNull(
                ((DecoderDefinition) definition).config().kinds().get(0).rotary());
    }

    @Test
    void linearScalingIsReadInAllLayouts() throws IOException {
        RopeScaling four = new RopeScaling.Linear(4);
        assertThat(scaling("rope_scaling", "{\"type\": \"linear\", \"factor\": 4}"))
                .isEqualTo(four);
        assertThat(scaling("rope_scaling", "{\"rope_type\": \"linear\", \"factor\": 4.0}"))
                .isEqualTo(four);
        assertThat(scaling("rope_scaling", "{\"rope_type\": null, \"type\": \"linear\", \"factor\": 4.0}"))
                .isEqualTo(four);
        assertThat(scaling("rope_parameters", "{\"rope_type\": \"linear\", \"factor\": 4, \"rope_theta\": 7}"))
                .isEqualTo(four);
        assertThat(scaling(
                        "rope_parameters",
                        "{\"rope_type\": \"default\"}, \"rope_scaling\":" + " {\"type\": \"linear\", \"factor\": 4}"))
                .isEqualTo(four);
        assertThat(scaling("rope_parameters", "{\"rope_type\": \"linear\", \"factor\": 4}, \"rope_scaling\": null"))
                .isEqualTo(four);
    }

    @Test
    void linearScalingHasMorePositions() throws IOException {
        String linear = "{\"type\": \"linear\", \"factor\": 4}";
        String config = withRope("rope_scaling", linear).replace("131072", "4096");
        assertThat(define("llama", config).maxSequenceLength()).isEqualTo(16384);
        assertThat(problems("llama", "{max_seq_len: 16385}", config)).contains("expected 1 to 16384");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-4", "NaN", "Infinity", "\"4\"", "null", "[4]", "true"})
    void impossibleFactorsAreRefusedByFileAndKey(String factor) throws IOException {
        for (String section : new String[] {"rope_scaling", "rope_parameters"}) {
            String rope = "{\"rope_type\": \"linear\", \"factor\": " + factor + "}";
            assertThat(problems("llama", "{}", withRope(section, rope)))
                    .contains(folder.resolve("config.json") + ": " + section + ".factor");
        }
        assertThat(problems("llama", "{}", OLD.replace("\"factor\": 32.0", "\"factor\": " + factor)))
                .contains("rope_scaling.factor");
    }

    @Test
    void otherRopeScalingIsRefused() throws IOException {
        assertThat(problems("llama", "{}", OLD.replace("\"llama3\"", "\"ntk\"")))
                .contains("rope scaling 'ntk' is not supported", "supported are linear", "another model");
    }

    @Test
    void brokenConfigsAreNamed() throws IOException {
        assertThat(problems("llama", "{}", OLD.replace("LlamaForCausalLM", "Qwen2ForCausalLM")))
                .contains("the architecture is [\"Qwen2ForCausalLM\"]");
        assertThat(problems(
                        "llama",
                        "{}",
                        OLD.replace("\"vocab_size\": 128256,", "").replace("16", "\"x\"")))
                .contains("vocab_size is missing", "num_hidden_layers: expected an integer");
        assertThat(problems("llama", "{}", "{\"a\": ")).contains("no valid JSON");
        assertThat(problems("llama", "{}", "[]")).contains("no JSON object");
        assertThat(problems("llama", "{}", OLD.replace("\"num_key_value_heads\": 8", "\"num_key_value_heads\": 5")))
                .contains("no multiple of num_key_value_heads 5");
        assertThat(problems("llama", "{}", OLD.replace("silu", "gelu"))).contains("hidden_act 'gelu'");
        assertThat(problems("llama", "{max_seq_len: 200000}", OLD)).contains("expected 1 to 131072");
        assertThat(problems(
                        "llama",
                        "{}",
                        OLD.replaceFirst("\\{", "{\"quantization_config\": {\"quant_method\": \"awq\"},")))
                .contains("quantized already (AWQ)");
        ConfigReader reader = Sections.of("{}");
        builder("llama").define(reader, null);
        assertThat(reader.problems().all().toString()).contains("set checkpointer.checkpoint_dir");
    }

    @Test
    void parametricBuildersTakeTorchtunesArguments() {
        ModelDefinition definition = builder("llama3_2")
                .define(
                        Sections.of("{vocab_size: 100, num_layers: 2, num_heads: 4, num_kv_heads: 2, embed_dim: 64,"
                                + " max_seq_len: 128, scale_factor: 16, tie_word_embeddings: False}"),
                        null);
        DecoderConfig config = ((DecoderDefinition) Objects.requireNonNull(definition)).config();
        assertThat(config.sizes().intermediate()).isEqualTo(256);
        assertThat(config.sizes().headSize()).isEqualTo(16);
        assertThat(rotary(definition)).isEqualTo(new Rotary(500_000, 16, new RopeScaling.Llama3(16, 1, 4, 8192)));
        assertThat(config.embeddings().tied()).isFalse();
    }
}
