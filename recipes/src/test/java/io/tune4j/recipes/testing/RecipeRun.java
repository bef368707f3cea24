// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.models.llama.LlamaPlugin;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.peft.qlora.QloraPlugin;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.testkit.recipe.RecipeTrial;
import io.tune4j.testkit.toy.ToyPlugin;
import io.tune4j.tokenizers.TokenizersPlugin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The LoRA recipe, or that for all weights, on a fixture's checkpoint, with a config of a few keys that a test may change. */
public final class RecipeRun {
    private static final String LORA = "lora_finetune_single_device";
    private static final Path CHECKPOINT = Path.of("src/test/resources/golden/llama2_style");
    private static final List<Plugin> PLUGINS = List.of(
            new ToyPlugin(),
            TestedBackend.plugin(),
            new TokenizersPlugin(),
            new LlamaPlugin(),
            new LoraPlugin(),
            new RecipesPlugin(),
            new QloraPlugin());

    private final Path output;
    private final RecipeTrial trial;

    private RecipeRun(Path output, String recipe, List<Plugin> plugins) {
        RecipeFactory factory = new RecipesPlugin()
                .recipes().stream()
                        .filter(each -> each.name().equals(recipe))
                        .findFirst()
                        .orElseThrow();
        this.output = output;
        this.trial = new RecipeTrial(factory, plugins, config(output));
    }

    /** A run of 8 steps in fp32 that trains all weights. */
    public static RecipeRun full(Path output) {
        RecipeRun run = new RecipeRun(output, "full_finetune_single_device", PLUGINS);
        run.trial.without("save_adapter_weights_only");
        return run.with("model: {_component_: llama}", "optimizer: {_component_: AdamW, lr: 0.001}");
    }

    /** Takes top-level keys away. */
    public RecipeRun without(String... keys) {
        trial.without(keys);
        return this;
    }

    /** A run of 8 steps in fp32 with results in the folder. */
    public static RecipeRun in(Path output) {
        return new RecipeRun(output, LORA, PLUGINS);
    }

    /** Makes a run with one more plugin. */
    public static RecipeRun in(Path output, Plugin another) {
        return new RecipeRun(
                output,
                LORA,
                Stream.concat(PLUGINS.stream(), Stream.of(another)).toList());
    }

    /** Makes a run of another recipe. */
    public static RecipeRun of(String recipe, Path output) {
        return new RecipeRun(output, recipe, PLUGINS);
    }

    /** Replaces or adds top-level lines of YAML. */
    public RecipeRun with(String... yaml) {
        trial.with(yaml);
        return this;
    }

    /** Gives the run further environment variables. */
    public RecipeRun told(Map<String, String> environment) {
        trial.told(environment);
        return this;
    }

    public RecipeRun cancelledBy(Cancellation other) {
        trial.cancelledBy(other);
        return this;
    }

    public Outcome run() {
        return trial.run();
    }

    /** @param tokensPerSample as {@link io.tune4j.api.recipe.Recipe#estimate} takes it */
    public RunEstimate estimate(int tokensPerSample) {
        return trial.estimate(tokensPerSample);
    }

    private static String config(Path output) {
        return String.join(
                "\n",
                "output_dir: " + output,
                "model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8, lora_attn_modules: [q_proj, v_proj]}",
                "tokenizer: {_component_: toy_tokenizer}",
                "checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: " + CHECKPOINT + "}",
                "dataset: {_component_: toy_dataset, size: 40}",
                "optimizer: {_component_: AdamW, lr: 0.01}",
                "lr_scheduler: {_component_: get_cosine_schedule_with_warmup, num_warmup_steps: 2}",
                "metric_logger: {_component_: DiskLogger}",
                "backend: " + TestedBackend.NAME,
                "seed: 7",
                "batch_size: 2",
                "gradient_accumulation_steps: 2",
                "max_steps: 8",
                "dtype: fp32",
                "num_threads: 1",
                "save_adapter_weights_only: True");
    }

    /** A metric of each logged step. */
    public List<Double> metric(String name) {
        try {
            List<Double> values = new ArrayList<>();
            for (String line : Files.readAllLines(output.resolve("logs/metrics.jsonl"))) {
                JsonNode node = new ObjectMapper().readTree(line).path(name);
                if (node.isNumber()) {
                    values.add(node.doubleValue());
                }
            }
            return values;
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that was printed. */
    public String printed() {
        return trial.printed();
    }
}
