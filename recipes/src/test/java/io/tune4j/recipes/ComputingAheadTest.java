// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.recipes.testing.AheadPlugin;
import io.tune4j.recipes.testing.RecipeRun;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on a device that the host does not wait for: results of a step are read when the next one is under way. */
class ComputingAheadTest {
    @TempDir
    Path folder;

    private final AheadPlugin plugin = new AheadPlugin();

    private RecipeRun ahead(String name) {
        return RecipeRun.in(folder.resolve(name), plugin).with("backend: " + AheadPlugin.NAME);
    }

    private static void assertSame(RecipeRun run, RecipeRun expected, String metric) {
        List<Double> values = run.metric(metric);
        List<Double> wanted = expected.metric(metric);
        assertThat(values).hasSameSizeAs(wanted);
        for (int i = 0; i < values.size(); i++) {
            assertThat(values.get(i)).as("%s of step %d", metric, i + 1).isCloseTo(wanted.get(i), within(1e-5));
        }
    }

    @Test
    void everyStepIsKnownOneLater() {
        String[] options = {"clip_grad_norm: 0.05", "epochs: 1", "max_steps: 8"};
        RecipeRun waiting = RecipeRun.in(folder.resolve("waiting")).with(options);
        RecipeRun ahead = ahead("ahead").with(options);
        waiting.run();
        ahead.run();
        assertThat(ahead.metric("step")).isEqualTo(waiting.metric("step"));
        assertThat(ahead.metric("grad_norm")).anyMatch(norm -> norm > 0.05);
        for (String metric : List.of("loss", "grad_norm", "lr", "tokens_trained")) {
            assertSame(ahead, waiting, metric);
        }
        // A loss and a norm for each of 8 steps; the last one's are asked for at once, because it is saved.
        assertThat(plugin.begunWhenAsked()).containsExactly(4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14, 16, 16, 16, 16);
        assertThat(plugin.open()).isZero();
    }

    @Test
    void whatIsSavedIsKnown() {
        ahead("a").with("save_every_n_steps: 2").run();
        assertThat(plugin.begunWhenAsked()).containsExactly(4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12, 16, 16, 16, 16);
    }

    @Test
    void aStoppedRunKnowsItsLastStep() {
        AtomicInteger asked = new AtomicInteger();
        RecipeRun run = ahead("a").cancelledBy(() -> asked.incrementAndGet() > 6);
        run.run();
        assertThat(run.printed()).contains("stopped after step 3 of 8");
        assertThat(run.metric("loss")).hasSize(3);
        assertThat(plugin.open()).isZero();
    }

    @Test
    void whenMemoryRunsOutTheLastStepIsSavedAndTheErrorSaysWhatHoldsIt() {
        // Validation before training computes some too.
        plugin.failAfter(30);
        RecipeRun run = ahead("a").with("optimizer: {_component_: AdamW, lr: 0.01}", "epochs: 1");
        assertThatThrownBy(run::run)
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll(
                        "stopped in the phase '",
                        "(asked for 2.50 GiB)",
                        "Measured: ",
                        " in use, ",
                        "Held at the peak",
                        "What would help most",
                        "The last finished step is saved in " + folder.resolve("a/checkpoints"))
                .hasMessageContaining("resume_from_checkpoint=True");
        assertThat(run.metric("loss")).as("all steps before are known").isNotEmpty();
        assertThat(plugin.open()).isZero();
        RecipeRun resumed = RecipeRun.in(folder.resolve("a"), new AheadPlugin())
                .with("backend: " + AheadPlugin.NAME, "epochs: 1", "resume_from_checkpoint: True");
        resumed.run();
        assertThat(resumed.metric("loss")).hasSize(8);
    }

    @Test
    void aStepThatWentWrongIsNotSaved() {
        RecipeRun run = ahead("a").with("optimizer: {_component_: AdamW, lr: 1e30}");
        assertThatThrownBy(run::run)
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("training stopped at step ", "Its weights are not saved", "optimizer.lr");
        assertThat(folder.resolve("a/checkpoints")).doesNotExist();
        assertThat(plugin.open()).isZero();
    }
}
