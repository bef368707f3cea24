package io.tune4j.recipes.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.recipes.LoraFinetuneSingleDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The LoRA recipe on a fixture's checkpoint, with a config of a few keys that a test may change. */
public final class RecipeRun implements Console {
    private static final Path CHECKPOINT = Path.of("src/test/resources/golden/llama2_style");

    private final Path output;
    private final List<String> lines = new ArrayList<>();
    private final List<String> changes = new ArrayList<>();
    private Cancellation cancellation = () -> false;

    private RecipeRun(Path output) {
        this.output = output;
    }

    /** A run of 8 steps in fp32 with results in the folder. */
    public static RecipeRun in(Path output) {
        return new RecipeRun(output);
    }

    /** Replaces or adds top-level lines of YAML. */
    public RecipeRun with(String... yaml) {
        changes.addAll(List.of(yaml));
        return this;
    }

    public RecipeRun cancelledBy(Cancellation other) {
        cancellation = other;
        return this;
    }

    public Outcome run() {
        List<String> config = new ArrayList<>(List.of(
                "output_dir: " + output,
                "model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8, lora_attn_modules: [q_proj, v_proj]}",
                "tokenizer: {_component_: bytes}",
                "checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: " + CHECKPOINT + "}",
                "dataset: {_component_: counting, size: 40}",
                "optimizer: {_component_: AdamW, lr: 0.01}",
                "lr_scheduler: {_component_: get_cosine_schedule_with_warmup, num_warmup_steps: 2}",
                "metric_logger: {_component_: DiskLogger}",
                "seed: 7",
                "batch_size: 2",
                "gradient_accumulation_steps: 2",
                "max_steps: 8",
                "dtype: fp32",
                "num_threads: 1",
                "save_adapter_weights_only: True"));
        for (String change : changes) {
            String key = change.substring(0, change.indexOf(':') + 1);
            config.removeIf(line -> line.startsWith(key));
            config.add(change);
        }
        String yaml = String.join("\n", config);
        ConfigReader root = Readers.of(yaml);
        RunConfig runConfig = new RunConfig(root, root.problems(), root.notices(), yaml, "test.yaml");
        return new LoraFinetuneSingleDevice(runConfig, new TestComponents(), this, cancellation).run();
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
        return String.join("\n", lines);
    }

    @Override
    public void line(String text) {
        lines.add(text);
    }

    @Override
    public void warning(String text) {
        lines.add("WARNING " + text);
    }

    @Override
    public void detail(String text) {
        lines.add(text);
    }

    @Override
    public void level(String name) {
        lines.add("level " + name);
    }

    @Override
    public void progress(long done, long total, String text) {
        lines.add(done + "/" + total + " " + text);
    }
}
