// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.engine.inject.RecipeInputs;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.models.llama.LlamaPlugin;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.peft.qlora.QloraPlugin;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.recipes.lora.LoraFinetuneFactory;
import io.tune4j.recipes.testing.QuietConsole;
import io.tune4j.recipes.testing.TestedBackend;
import io.tune4j.recipes.training.LossStep;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.toy.ToyPlugin;
import io.tune4j.tokenizers.TokenizersPlugin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Budgets of the shape of Llama 3.2 1B, 16 layers 2048 wide, whose steps are counted and not computed. */
class ActivationPlanTest {
    private static final List<Plugin> PLUGINS = List.of(
            new ToyPlugin(),
            TestedBackend.plugin(),
            new TokenizersPlugin(),
            new LlamaPlugin(),
            new LoraPlugin(),
            new QloraPlugin(),
            new RecipesPlugin());
    private static final LargestBatch BATCH = new LargestBatch(1024, 1024, 512);
    private static final long INPUT = 2048 * 2;

    private static RunParts options(String... lines) {
        List<String> yaml = new ArrayList<>(List.of(
                "output_dir: target/none",
                "model: {_component_: lora_llama3_2_1b, lora_rank: 8, lora_alpha: 16, apply_lora_to_mlp: True,"
                        + " lora_attn_modules: [q_proj, v_proj, output_proj]}",
                "tokenizer: {_component_: toy_tokenizer}",
                "checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: target/no-files}",
                "dataset: {_component_: toy_dataset, size: 40}",
                "optimizer: {_component_: AdamW, lr: 0.01}",
                "backend: " + TestedBackend.NAME,
                "batch_size: 2"));
        for (String line : lines) {
            yaml.removeIf(other -> other.startsWith(line.substring(0, line.indexOf(':') + 1)));
            yaml.add(line);
        }
        String text = String.join("\n", yaml);
        ConfigReader root = Sections.of(text);
        RunConfig config = new RunConfig(root, root.problems(), root.notices(), text, "test.yaml");
        try (RecipeInputs inputs = RecipeInputs.read(
                new LoraFinetuneFactory(), config, ComponentRegistry.of(PLUGINS), new QuietConsole())) {
            return Objects.requireNonNull(inputs.require(Forecast.class)).parts();
        }
    }

    private static ActivationPlan plan(String... lines) {
        RunParts options = options(lines);
        try (ShapeRun shapes = new ShapeRun(options)) {
            return ActivationPlan.of(options, shapes, BATCH);
        }
    }

    private static ActivationPlan auto(long budget) {
        return plan("enable_activation_checkpointing: auto", "activation_memory_budget: " + budget);
    }

    @Test
    void asFewLayersAsTheBudgetDemands() {
        RunParts options = options();
        try (ShapeRun shapes = new ShapeRun(options)) {
            long[] bytes = new long[17];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = shapes.count(BATCH.batch(), i, Checkpointing.SELECTIVE, false)
                        .activations();
            }
            for (int i = 1; i < bytes.length; i++) {
                assertThat(bytes[i]).as("%s layers", i).isLessThan(bytes[i - 1]);
            }
            for (int i : new int[] {1, 7, 15, 16}) {
                assertThat(auto(bytes[i]).recomputed()).isEqualTo(i);
                assertThat(auto(bytes[i]).bytes()).isEqualTo(bytes[i]);
                assertThat(auto(bytes[i - 1] - 1).recomputed()).isEqualTo(i);
            }
            assertThat(auto(bytes[0]).recomputed()).isZero();
            // The backward begins with the last layer: computing it again saves little.
            assertThat(bytes[15] - bytes[16]).isLessThan((bytes[14] - bytes[15]) / 5);
        }
    }

    /** Weights in four bits make the memory that they unpack into with the first step, and keep it. */
    @Test
    void whatStaysFromAStepBeforeIsCountedInEach() {
        RunParts options = options("model: {_component_: lora_llama3_2_1b, lora_rank: 8, lora_alpha: 16,"
                + " lora_attn_modules: [q_proj, v_proj], quantize_base: True}");
        try (ShapeRun shapes = new ShapeRun(options)) {
            long first = shapes.count(BATCH.batch(), 0, Checkpointing.SELECTIVE, false)
                    .peak();
            assertThat(shapes.count(BATCH.batch(), 0, Checkpointing.SELECTIVE, false)
                            .peak())
                    .isEqualTo(first);
        }
    }

    /** Attention's results are dropped only where recomputing all layers with them is not enough. */
    @Test
    void whatLayersKeepDependsOnTheBudget() {
        long selective = plan("enable_activation_checkpointing: True").bytes();
        long full = plan("enable_activation_checkpointing: True", "activation_checkpointing_mode: full")
                .bytes();
        // Attention's output with a statistic for each of 32 heads, and what the MLP begins with: of one layer they are
        // there anyway.
        assertThat(selective - full).isEqualTo(15L * (2 * INPUT + 4 * 32) * BATCH.tokens());
        assertThat(auto(selective).mode()).isEqualTo(Checkpointing.SELECTIVE);
        assertThat(auto(selective - 1).mode()).isEqualTo(Checkpointing.FULL);
        assertThat(auto(selective - 1).recomputed()).isLessThan(16);
        assertThat(auto(selective).describe()).contains("16 of 16 layers are recomputed but for their attention");
        String budget = "activation_memory_budget: " + (selective - 1);
        assertThatThrownBy(() -> plan(
                        "enable_activation_checkpointing: auto", budget, "activation_checkpointing_mode: selective"))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("less than the minimum", "or activation_checkpointing_mode=full, a smaller");
    }

    /** A run that fits with inputs alone is not refused for what would only save time. */
    @Test
    void allLayersKeepLessWhereMemoryLeavesLess() {
        String all = "enable_activation_checkpointing: True";
        assertThat(plan(all, "memory_limit: 64GiB").mode()).isEqualTo(Checkpointing.SELECTIVE);
        assertThat(plan(all, "memory_limit: 3GiB").mode()).isEqualTo(Checkpointing.FULL);
        assertThat(plan(all, "memory_limit: 3GiB", "activation_checkpointing_mode: selective")
                        .mode())
                .isEqualTo(Checkpointing.SELECTIVE);
    }

    @Test
    void eachLeverIsAllowedWithWhatTheConfigSays() {
        String all = "enable_activation_checkpointing: True";
        assertThat(levers(all)).contains("activation_checkpointing_mode=full", "enable_activation_offloading=True");
        assertThat(levers(all, "activation_checkpointing_mode: selective"))
                .contains("enable_activation_offloading=True activation_checkpointing_mode=full");
        assertThat(levers(all, "activation_checkpointing_mode: full"))
                .doesNotContain("activation_checkpointing_mode=full");
        long selective = plan(all).bytes();
        assertThat(levers("enable_activation_checkpointing: auto", "activation_memory_budget: " + (selective - 1)))
                .contains("enable_activation_checkpointing=True ~activation_memory_budget"
                        + " activation_checkpointing_mode=full")
                .doesNotContain("activation_checkpointing_mode=full");
    }

    private static List<String> levers(String... lines) {
        return MemoryForecast.of(options(lines), BATCH).levers().stream()
                .map(lever -> String.join(" ", lever.overrides()))
                .toList();
    }

    @Test
    void aBudgetBelowTheMinimumIsRefusedAndTheNamedOneIsEnough() {
        assertThatThrownBy(() -> auto(1 << 20))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("activation_memory_budget=1.0 MiB is less than the minimum", "2 x 512 tokens")
                .satisfies(refusal -> {
                    Matcher named = Pattern.compile("Set activation_memory_budget=(\\d+)MiB")
                            .matcher(Objects.requireNonNull(refusal.getMessage()));
                    assertThat(named.find()).isTrue();
                    long minimum = Long.parseLong(named.group(1)) << 20;
                    assertThat(auto(minimum).recomputed()).isEqualTo(16);
                    assertThatThrownBy(() -> auto(minimum - (1 << 20))).isInstanceOf(UserException.class);
                });
    }

    @Test
    void offloadedInputsTakeNothing() {
        ActivationPlan kept = plan("enable_activation_checkpointing: True", "activation_checkpointing_mode: full");
        ActivationPlan offloaded = plan("enable_activation_checkpointing: True", "enable_activation_offloading: True");
        // The input of the layer that is computed again is there.
        assertThat(kept.bytes() - offloaded.bytes()).isEqualTo(15 * INPUT * BATCH.tokens());
    }

    @Test
    void withoutABudgetMemoryDecides() {
        assertThat(plan("enable_activation_checkpointing: auto", "memory_limit: 64GiB")
                        .recomputed())
                .isZero();
        ActivationPlan some = plan("enable_activation_checkpointing: auto", "memory_limit: 4500MiB");
        assertThat(some.recomputed()).isBetween(1, 15);
        assertThat(some.describe()).contains("of 16 layers are recomputed", "(what memory leaves)");
        // Nothing fits: as little as possible.
        assertThat(plan("enable_activation_checkpointing: auto", "memory_limit: 1GiB")
                        .recomputed())
                .isEqualTo(16);
        assertThat(plan("enable_activation_checkpointing: auto", "memory_limit: null")
                        .recomputed())
                .isZero();
    }

    @Test
    void anEstimateTellsWhatALayerKeeps() {
        RunEstimate.Activations layer =
                Objects.requireNonNull(MemoryForecast.of(options(), BATCH).activations());
        // scripts/memory/eager_layer.py measures 106,728, with 4 bytes for each of 32 heads.
        assertThat(layer.eagerPerToken()).hasValue(106_728 - 4 * 32);
        assertThat(layer.recomputedPerToken()).isEqualTo(3 * INPUT + 4 * 32);
        RunEstimate full = MemoryForecast.of(
                options("enable_activation_checkpointing: True", "activation_checkpointing_mode: full"), BATCH);
        assertThat(Objects.requireNonNull(full.activations()).recomputedPerToken())
                .isEqualTo(INPUT);
        // By hand: the inputs of both norms and what they give, fused q, k and v, attention's output, gate, up and
        // their product;
        // x·Aᵀ of six adapters of rank 8; the inverse roots and, as the shapes' attention has them, a statistic for
        // each head.
        long elements = 2 * 2 * 2048 + (2048 + 2 * 512) + 2048 + 3 * 8192 + 6 * 8;
        assertThat(layer.keptPerToken()).isCloseTo(2 * elements + 2 * 4 + 32 * 4, within(0.01));
        assertThat(layer.choice()).contains("those of all 16 layers are kept");
    }

    @Test
    void aCheaperRunIsForeseenToTakeLess() {
        long kept = MemoryForecast.of(options(), BATCH).peakBytes();
        long all = MemoryForecast.of(options("enable_activation_checkpointing: True"), BATCH)
                .peakBytes();
        long offloaded = MemoryForecast.of(
                        options("enable_activation_checkpointing: True", "enable_activation_offloading: True"), BATCH)
                .peakBytes();
        assertThat(all).isLessThan(kept);
        assertThat(offloaded).isLessThan(all);
    }

    /** Two layers of 4 heads, computed; some backends keep 4 bytes of statistics for each head and token, which are counted for all. */
    @Test
    void theTapeSavesWhatIsCounted() {
        RunParts options = options(
                "model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8, lora_attn_modules: [q_proj, v_proj]}",
                "checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir:"
                        + " src/test/resources/golden/llama2_style}",
                "dtype: fp32",
                "num_threads: 1");
        LargestBatch largest = new LargestBatch(70, 70, 32);
        PeftPlan plan = options.model().peft();
        try (ShapeRun shapes = new ShapeRun(options);
                Checkpoint base = Checkpoint.open(Path.of("src/test/resources/golden/llama2_style"));
                Backend backend = TestedBackend.open();
                Adapter adapter = plan.attach(backend, options.dtype(), 1)) {
            CheckpointWeights weights = new CheckpointWeights(base);
            try (CausalLanguageModel model = options.model()
                    .definition()
                    .build(
                            backend,
                            options.dtype(),
                            weights,
                            adapter.decorate(options.model()
                                    .plan()
                                    .weightFormat()
                                    .factory(backend, options.dtype(), weights)))) {
                for (int layers = 0; layers <= 2; layers++) {
                    for (Checkpointing mode : Checkpointing.values()) {
                        long saved = new LossStep(backend, model, options.loss(), layers, mode, null, () -> {})
                                .savedBytes(largest.batch());
                        long counted = shapes.count(largest.batch(), layers, mode, false)
                                .activations();
                        assertThat(counted - saved)
                                .as("%s layers, %s", layers, mode)
                                .isBetween(0L, 70 * 2 * 4 * 4L);
                    }
                }
            }
        }
    }
}
