// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.app.configs.Checks.Result;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every config that comes along: it is right, and its model has the released shape. */
class BundledConfigsTest {
    /** Parameters of the released models, by the folder and size in the config's name. */
    private static final Map<String, Long> PARAMETERS = Map.ofEntries(
            Map.entry("llama2/7B", 6_738_415_616L),
            Map.entry("llama2/13B", 13_015_864_320L),
            Map.entry("code_llama2/7B", 6_738_546_688L),
            Map.entry("llama3/8B", 8_030_261_248L),
            Map.entry("llama3_1/8B", 8_030_261_248L),
            Map.entry("llama3_2/1B", 1_235_814_400L),
            Map.entry("llama3_2/3B", 3_212_749_824L),
            Map.entry("llama3_3/70B", 70_553_706_496L),
            Map.entry("smollm2/135M", 134_515_008L),
            Map.entry("gemma/2B", 2_506_172_416L),
            Map.entry("gemma/7B", 8_537_680_896L),
            Map.entry("gemma2/2B", 2_614_341_888L),
            Map.entry("gemma2/9B", 9_241_705_984L),
            Map.entry("gemma2/27B", 27_227_128_320L),
            Map.entry("mistral/7B", 7_241_732_096L),
            Map.entry("phi3/mini", 3_821_079_552L),
            Map.entry("phi4/14B", 14_659_507_200L),
            Map.entry("qwen2/0.5B", 494_032_768L),
            Map.entry("qwen2/1.5B", 1_543_714_304L),
            Map.entry("qwen2/7B", 7_615_616_512L),
            Map.entry("qwen2_5/0.5B", 494_032_768L),
            Map.entry("qwen2_5/1.5B", 1_543_714_304L),
            Map.entry("qwen2_5/3B", 3_085_938_688L),
            Map.entry("qwen2_5/7B", 7_615_616_512L),
            Map.entry("qwen2_5/14B", 14_770_033_664L),
            Map.entry("tinyllama/1B", 1_100_048_384L));

    private static final List<String> TORCHTUNES = List.of(
            "llama2/7B_lora",
            "llama2/7B_lora_dpo",
            "llama2/7B_qlora",
            "llama2/13B_qlora",
            "code_llama2/7B_lora",
            "code_llama2/7B_qlora",
            "llama3/8B_lora",
            "llama3/8B_qlora",
            "llama3/8B_dora",
            "llama3/8B_qdora",
            "llama3_1/8B_lora",
            "llama3_1/8B_lora_dpo",
            "llama3_1/8B_qlora",
            "llama3_2/1B_lora",
            "llama3_2/1B_qlora",
            "llama3_2/3B_lora",
            "llama3_2/3B_qlora",
            "gemma/2B_lora",
            "gemma/2B_qlora",
            "gemma/7B_lora",
            "gemma/7B_qlora",
            "gemma2/2B_lora",
            "gemma2/2B_qlora",
            "gemma2/9B_lora",
            "gemma2/9B_qlora",
            "gemma2/27B_lora",
            "gemma2/27B_qlora",
            "mistral/7B_lora",
            "mistral/7B_qlora",
            "phi3/mini_lora",
            "phi3/mini_qlora",
            "phi4/14B_lora",
            "phi4/14B_qlora",
            "llama3_2/8B_to_1B_KD_lora",
            "qwen2/1.5_to_0.5B_KD_lora",
            "qwen2/0.5B_lora",
            "qwen2/1.5B_lora",
            "qwen2/7B_lora",
            "qwen2_5/0.5B_lora",
            "qwen2_5/1.5B_lora",
            "qwen2_5/3B_lora",
            "qwen2_5/7B_lora",
            "qwen2_5/14B_lora");

    private static final List<String> TORCHTUNES_FULL = List.of(
            "code_llama2/7B_full_low_memory",
            "llama2/7B_full_low_memory",
            "llama3/8B_full_single_device",
            "llama3_1/8B_full_single_device",
            "llama3_2/1B_full_single_device",
            "llama3_2/3B_full_single_device",
            "mistral/7B_full_low_memory",
            "phi3/mini_full_low_memory",
            "phi4/14B_full_low_memory",
            "qwen2/0.5B_full_single_device",
            "qwen2/1.5B_full_single_device",
            "qwen2/7B_full_single_device",
            "qwen2_5/0.5B_full_single_device",
            "qwen2_5/1.5B_full_single_device",
            "qwen2_5/3B_full_single_device",
            "qwen2_5/7B_full_single_device");

    private static boolean isFull(String name) {
        return name.contains("full_");
    }

    private static String recipe(String name) {
        if (isFull(name)) {
            return "full_finetune_single_device";
        }
        if (name.contains("_dpo_")) {
            return "lora_dpo_single_device";
        }
        return name.contains("_KD_") ? "knowledge_distillation_single_device" : "lora_finetune_single_device";
    }

    private static String name(Path file) {
        return Checks.CONFIGS.relativize(file).toString().replace('\\', '/').replace(".yaml", "");
    }

    static Stream<String> names() {
        return Checks.bundled().stream().map(BundledConfigsTest::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void isRightAndSaysHowToRunIt(String name) {
        String text = Checks.read(Checks.CONFIGS.resolve(name + ".yaml"));
        Result result = Checks.check(text, List.of());

        assertThat(result.mistakes()).isEmpty();
        String recipe = recipe(name);
        assertThat(ConfigSource.recipe(text)).isEqualTo(recipe);
        assertThat(text.replace("\\\n#  ", "")).contains("tune run " + recipe + " --config " + name);
        if (name.matches(".*_(single_device|low_memory)") && !name.startsWith("llama/") && !name.startsWith("auto/")) {
            assertThat(text).contains("#   tune download ");
            assertThat(result.notices().all())
                    .as("a config that comes along has nothing to explain away")
                    .hasSizeLessThan(2);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void itsModelHasTheReleasedShape(String name) {
        String size = name.replace("_dpo", "")
                .replaceFirst("[\\w.]+_to_(.*)_KD", "$1")
                .replaceFirst("_.?.?[lo]ora_single_device", "")
                .replaceFirst("_q?dora_single_device", "")
                .replaceFirst("_full_.*", "");
        if (!PARAMETERS.containsKey(size)) {
            assertThat(name)
                    .as("sized by the checkpoint")
                    .isIn(
                            "quickstart",
                            "llama/lora_single_device",
                            "auto/lora_single_device",
                            "auto/full_single_device");
            return;
        }
        ModelPlan plan =
                Objects.requireNonNull(Checks.check(Checks.read(Checks.CONFIGS.resolve(name + ".yaml")), List.of())
                        .plan());
        assertThat(plan.definition().parameterCount()).isEqualTo(PARAMETERS.get(size));
        Map<String, List<Long>> shapes =
                plan.definition().weights().stream().collect(Collectors.toMap(WeightShape::name, WeightShape::shape));
        for (Projection projection : plan.definition().projections()) {
            assertThat(shapes.get(projection.weightName()))
                    .as(projection.name())
                    .isEqualTo(List.of(projection.outFeatures(), projection.inFeatures()));
        }
        if (isFull(name)) {
            assertThat(plan.peft()).isNull();
            return;
        }
        String peft = Objects.requireNonNull(plan.peft()).describe();
        boolean withOutput = name.equals("mistral/7B_lora_single_device");
        assertThat(peft)
                .startsWith(name.contains("dora") ? "DoRA" : "LoRA")
                .contains(withOutput ? "193 projections" : "6 projections in each of");
        boolean quantized = plan.weightFormat().getClass().getSimpleName().startsWith("FourBit");
        assertThat(quantized).isEqualTo(name.contains("_q"));
    }

    @Test
    void allOfTorchtunesNamesAreThere() {
        Set<String> names = names().collect(Collectors.toSet());
        assertThat(names).containsAll(TORCHTUNES_FULL);
        TORCHTUNES.forEach(name -> assertThat(names).contains(name + "_single_device"));
        assertThat(names)
                .contains(
                        "llama3_3/70B_qlora_single_device",
                        "smollm2/135M_lora_single_device",
                        "tinyllama/1B_lora_single_device");
    }
}
