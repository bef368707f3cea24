// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.decoder.DecoderDefinition;
import io.tune4j.decoder.LayerKind;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.testkit.config.Sections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model section and a checkpoint's config.json of another family, or of none. */
class FamiliesTest {
    private static final String LORA = ", lora_attn_modules: [q_proj, v_proj], lora_rank: 8}";
    private static final String MISTRAL = """
            {"architectures": ["MistralForCausalLM"], "model_type": "mistral", "vocab_size": 32768, "hidden_size": 4096,
             "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
             "max_position_embeddings": 32768, "rms_norm_eps": 1e-5, "rope_theta": 1000000.0, "sliding_window": 4096}
            """;

    @TempDir
    Path folder;

    private ConfigReader section(String component, String config) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        return Sections.of("{_component_: " + component + LORA);
    }

    private ModelPlan plan(String component, String config) throws IOException {
        ConfigReader section = section(component, config);
        ModelPlan plan = ComponentRegistry.of(Checks.PLUGINS).model(section, folder);
        section.problems().throwIfAny();
        return Objects.requireNonNull(plan);
    }

    private String problems(String component, String config) throws IOException {
        ConfigReader section = section(component, config);
        assertThat(ComponentRegistry.of(Checks.PLUGINS).model(section, folder)).isNull();
        return section.problems().all().toString();
    }

    @ParameterizedTest
    @CsvSource({"lora_auto, LoRA, DenseFormat", "qlora_auto, LoRA, FourBitFormat", "dora_auto, DoRA, DenseFormat"})
    void autoTakesTheFamilyFromTheCheckpoint(String name, String method, String format) throws IOException {
        ModelPlan plan = plan(name, MISTRAL);
        assertThat(plan.definition().describe()).startsWith("Mistral, 32 layers");
        assertThat(Objects.requireNonNull(plan.peft()).describe()).startsWith(method);
        assertThat(plan.weightFormat().getClass().getSimpleName()).isEqualTo(format);
    }

    @Test
    void anUnknownArchitectureIsToldWhatIsKnown() throws IOException {
        assertThat(problems("lora_auto", MISTRAL.replace("MistralForCausalLM", "BertModel")))
                .contains("no installed model family reads [\"BertModel\"]", "Gemma2ForCausalLM", "Phi3ForCausalLM");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"vision_config\": {\"hidden_size\": 1}; for text and images (vision_config)",
                "\"num_local_experts\": 8; a mixture of experts (num_local_experts is 8)",
                "\"quantization_config\": {\"quant_method\": \"gptq\"}; quantized already (GPTQ)"
            })
    void otherKindsOfCheckpointsAreNamed(String key, String message) throws IOException {
        for (String component : new String[] {"lora_mistral", "lora_mistral_7b", "lora_auto"}) {
            assertThat(problems(component, MISTRAL.replaceFirst("\\{", "{" + key + ",")))
                    .as(component)
                    .contains(message);
        }
    }

    @Test
    void anotherFamilysBuilderIsToldWhichToName() throws IOException {
        assertThat(problems("lora_qwen2_5_7b_instruct", MISTRAL))
                .contains("not a qwen2_5_7b_instruct", "MistralForCausalLM", "lora_auto");
        assertThat(problems(
                        "lora_mistral_7b", MISTRAL.replace("\"num_hidden_layers\": 32", "\"num_hidden_layers\": 2")))
                .contains("num_hidden_layers is 32 in the builder, 2 in the checkpoint", "lora_mistral");
    }

    @Test
    void whatReleasesDifferInComesFromTheCheckpoint() throws IOException {
        LayerKind layer = ((DecoderDefinition) plan("lora_mistral_7b", MISTRAL).definition())
                .config()
                .kinds()
                .get(0);
        assertThat(layer.window()).isEqualTo(4096);
        assertThat(Objects.requireNonNull(layer.rotary()).theta()).isEqualTo(1_000_000);
    }
}
