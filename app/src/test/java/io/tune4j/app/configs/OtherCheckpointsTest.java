// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.testkit.config.Sections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each family's checkpoint, whole and as what cannot be trained: quantized, with other inputs than text, of experts. */
class OtherCheckpointsTest {
    private static final ComponentRegistry REGISTRY = ComponentRegistry.of(Checks.PLUGINS);

    /** The config.json of Gemma 3 4B. */
    private static final String PART = """
            {"architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3", "text_config": {"hidden_size": 2560,
             "intermediate_size": 10240, "model_type": "gemma3_text", "num_hidden_layers": 34,
             "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024},
             "vision_config": {"hidden_size": 1152}}
            """;

    @TempDir
    Path folder;

    /** The config.json of a fixture of each family. */
    static Stream<Path> families() {
        return Stream.of("../recipes/src/test/resources/golden", "../models-others/src/test/resources/golden")
                .flatMap(parent -> folders(Path.of(parent)))
                .map(fixture -> fixture.resolve("config.json"))
                .filter(Files::exists);
    }

    /** Those that are no part of a model for images. */
    static Stream<Path> decoders() {
        return families().filter(config -> !config.toString().contains("_part"));
    }

    private static Stream<Path> folders(Path parent) {
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String problems(String component, String config) throws IOException {
        ConfigReader section = section(component);
        assertThat(plan(section, config)).isNull();
        return section.problems().all().toString();
    }

    private static ConfigReader section(String component) {
        return Sections.of(
                "{_component_: " + component + ", lora_attn_modules: [q_proj, k_proj, v_proj], lora_rank: 2}");
    }

    private @Nullable ModelPlan plan(ConfigReader section, String config) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        return REGISTRY.model(section, folder);
    }

    private static String with(Path config, String keys) throws IOException {
        return Files.readString(config).replaceFirst("\\{", "{" + keys + ",");
    }

    @ParameterizedTest
    @MethodSource("families")
    void autoTakesIt(Path config) throws IOException {
        for (String component : List.of("lora_auto", "qlora_auto", "dora_auto")) {
            ConfigReader section = section(component);
            ModelPlan plan = plan(section, Files.readString(config));
            assertThat(section.problems().all()).as(component).isEmpty();
            assertThat(Objects.requireNonNull(plan).peft()).as(component).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void whatCannotBeTrainedIsNamed(Path config) throws IOException {
        assertThat(problems(
                        "lora_auto", with(config, "\"quantization_config\": {\"quant_method\": \"awq\", \"bits\": 4}")))
                .contains("quantized already (AWQ, 4 bits)", "Download the model", "qlora_");
        assertThat(problems("lora_auto", with(config, "\"vision_config\": {}, \"audio_config\": {}")))
                .contains("text and images and sound (vision_config, audio_config)", "for text alone");
        assertThat(problems("lora_auto", with(config, "\"num_experts\": 128, \"num_experts_per_tok\": 8")))
                .contains("a mixture of experts (num_experts is 128, num_experts_per_tok is 8)", "a dense model");
        String other = Files.readString(config).contains("LlamaForCausalLM") ? "mistral" : "llama";
        assertThat(problems("lora_" + other, Files.readString(config))).contains("lora_auto, which finds it");
    }

    /** A published config.json leaves out what is usual; transformers has renamed the modules since. */
    @Test
    void theTextPartOfAModelForImagesIsTrained() throws IOException {
        ConfigReader section = section("lora_auto");
        ModelPlan plan = plan(section, PART);
        assertThat(section.problems().all()).isEmpty();
        assertThat(section.notices().all().toString())
                .contains("a Gemma3ForConditionalGeneration, a model for more than text. Its text part is trained");
        ModelDefinition definition = Objects.requireNonNull(plan).definition();
        assertThat(definition.describe()).isEqualTo("Gemma 3, 34 layers, 2560 wide, 3.88 B parameters");
        assertThat(definition.projections().get(0).name()).isEqualTo("model.language_model.layers.0.self_attn.q_proj");
    }

    @Test
    void aTextPartIsCheckedAsAModelIs() throws IOException {
        assertThat(problems("lora_auto", PART.replace("\"factor\": 8.0", "\"factor\": \"8\"")))
                .contains("text_config.rope_scaling.factor");
        assertThat(problems("lora_auto", PART.replace("34", "34, \"num_experts\": 128")))
                .contains("a mixture of experts (num_experts is 128)");
        assertThat(problems(
                        "lora_auto",
                        PART.replaceFirst("\\{", "{\"quantization_config\": {\"quant_method\": \"awq\"},")))
                .contains("quantized already (AWQ)");
        assertThat(problems("lora_llama", PART)).contains("text and images (vision_config)", "lora_auto");
        assertThat(problems("lora_auto", PART.replace("Gemma3For", "LlavaFor")))
                .contains(
                        "text and images (vision_config), of which nothing can be trained here",
                        "Gemma3ForConditionalGeneration");
    }

    @Test
    void aFileWithoutArchitecturesIsNamed() throws IOException {
        assertThat(problems("lora_auto", "{\"hidden_size\": 64}"))
                .contains("it names no architectures; known are Gemma2ForCausalLM, ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Qwen2.5-7B-Instruct-GPTQ-Int4; {\"quant_method\": \"gptq\", \"bits\": 4}; GPTQ, 4 bits; Qwen2.5-7B-Instruct",
                "Llama-3.2-1B-unsloth-bnb-4bit; {\"quant_method\": \"bitsandbytes\", \"load_in_4bit\": true};"
                        + " bitsandbytes, 4 bits; Llama-3.2-1B",
                "Qwen3-8B-FP8; {\"quant_method\": \"fp8\"}; fp8; Qwen3-8B",
                "Phi-4-mini.w4a16; {\"config_groups\": {}}; compressed-tensors; Phi-4-mini",
                "model-int8; {\"load_in_8bit\": true}; bitsandbytes, 8 bits; model"
            })
    void theOriginalsNameIsGuessed(String name, String section, String method, String original) throws IOException {
        folder = Files.createDirectory(folder.resolve(name));
        Path config = families().findFirst().orElseThrow();
        assertThat(problems("lora_auto", with(config, "\"quantization_config\": " + section)))
                .contains("quantized already (" + method + ")", "by its name " + original + ",");
    }

    /** AutoGPTQ and AutoAWQ wrote files of their own at first. */
    @Test
    void oldToolsAreKnownByTheirFiles() throws IOException {
        String config = Files.readString(families().findFirst().orElseThrow());
        Path settings = Files.writeString(folder.resolve("quantize_config.json"), "{\"bits\": 4}");
        assertThat(problems("lora_auto", config)).contains("quantized already (GPTQ)", "its page on the hub");
        Files.delete(settings);
        Files.writeString(folder.resolve("quant_config.json"), "{}");
        assertThat(problems("lora_auto", config)).contains("quantized already (AWQ)");
    }
}
