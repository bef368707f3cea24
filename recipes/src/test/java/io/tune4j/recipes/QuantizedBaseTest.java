// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.recipes.testing.RecipeRun;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipe over base weights in four bits: what it trains, merges and refuses. */
class QuantizedBaseTest {
    private static final Path BASE = Path.of("src/test/resources/golden/llama2_style");
    private static final String ADAPTED = "model.layers.0.self_attn.q_proj.weight";
    private static final String NOT_ADAPTED = "model.layers.0.self_attn.k_proj.weight";
    private static final String NORM = "model.layers.0.input_layernorm.weight";

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private RecipeRun run(String name, String modelKeys) {
        return RecipeRun.in(folder.resolve(name))
                .with("model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8,"
                        + " lora_attn_modules: [q_proj, v_proj], " + modelKeys + "}");
    }

    private byte[] weight(Path checkpoint, String name) {
        try (Checkpoint open = Checkpoint.open(checkpoint)) {
            TensorEntry entry = open.entry(name);
            ByteBuffer bytes = ByteBuffer.allocate((int) entry.byteLength());
            open.read(entry, 0, bytes);
            return bytes.array();
        }
    }

    @Test
    void theAdapterIsMergedIntoTheCheckpointsWeights() {
        RecipeRun run = run("base", "quantize_base: True").with("save_adapter_weights_only: False");
        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(run.printed()).contains("the checkpoint's own weights", "merge_into: dequantized");
        Path merged = folder.resolve("base/merged");
        assertThat(weight(merged, ADAPTED)).isNotEqualTo(weight(BASE, ADAPTED));
        assertThat(weight(merged, NOT_ADAPTED)).isEqualTo(weight(BASE, NOT_ADAPTED));
    }

    @Test
    void orIntoThoseItComputedWith() {
        RecipeRun run = run("rounded", "quantization: bnb_4bit")
                .with("save_adapter_weights_only: False", "merge_into: dequantized");
        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(run.printed()).contains("the values of its quantized form");
        Path merged = folder.resolve("rounded/merged");
        assertThat(weight(merged, NOT_ADAPTED)).isNotEqualTo(weight(BASE, NOT_ADAPTED));
        assertThat(weight(merged, NORM)).isEqualTo(weight(BASE, NORM));
    }

    @Test
    void aCachedBaseGivesTheSameRun() {
        String keys = "quantize_base: True, quantized_cache: " + folder.resolve("cache");
        RecipeRun first = run("first", keys);
        RecipeRun second = run("second", keys);
        first.run();
        second.run();
        assertThat(first.printed()).contains("the quantized base is kept in " + folder.resolve("cache"));
        assertThat(second.printed()).contains("base weights come from the quantized cache");
        assertThat(second.metric("loss")).isEqualTo(first.metric("loss"));
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() ->
                        run("a", "quantize_base: True").with("dtype: fp64").run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("quantized base weights compute in bf16 or fp32");
        assertThatThrownBy(() -> run("b", "quantization: bnb_4bits").run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("model.quantization")
                .hasMessageContaining("did you mean 'bnb_4bit'");
        assertThatThrownBy(() ->
                        run("c", "quantize_base: False, quantization: nf4").run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is nf4, but quantize_base is False");
        assertThatThrownBy(() ->
                        run("d", "quantize_base: True").with("merge_into: both").run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("expected base");
    }
}
