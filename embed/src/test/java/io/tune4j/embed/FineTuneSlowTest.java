// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.config.Problems.ConfigException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RunEvent;
import io.tune4j.api.recipe.RunEvent.Answered;
import io.tune4j.api.recipe.RunEvent.Begun;
import io.tune4j.api.recipe.RunEvent.Written;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of the quick start's model in this process, with the plugins on the class path. */
@Tag("exhaustive")
class FineTuneSlowTest {
    @TempDir
    Path folder;

    private FineTune quickstart() {
        return Quickstart.run(folder.resolve("out"));
    }

    @Test
    void trainsFromAConfigMadeInCodeAndTellsWhatHappens() {
        List<RunEvent> events = new ArrayList<>();
        List<Double> heard = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        FineTuned result = quickstart()
                .set("run_val_every_n_steps", 3)
                .onEvent(events::add)
                .onStep((step, metrics) -> heard.add(metrics.get("loss")))
                .onLine(lines::add)
                .run();

        assertThat(result.isComplete()).isTrue();
        assertThat(result.adapter().resolve("adapter_model.safetensors")).exists();
        assertThat(result.folder().resolve("report.html")).exists();
        assertThat(result.losses()).hasSize(6).containsKeys(1L, 6L);
        assertThat(heard).containsExactlyElementsOf(result.losses().values());
        assertThat(result.lastLoss()).isLessThan(result.losses().get(1L));
        assertThat(result.validationLosses()).containsOnlyKeys(0L, 3L, 6L);
        assertThat(result.lastValidationLoss())
                .isLessThan(result.validationLosses().get(0L));
        assertThat(result.answers()).hasSize(1);
        assertThat(result.exactMatch()).isBetween(0.0, 1.0);
        assertThat(events).hasAtLeastOneElementOfType(Begun.class).hasAtLeastOneElementOfType(Written.class);
        assertThat(events)
                .as("answers come at each validation")
                .filteredOn(Answered.class::isInstance)
                .hasSize(2);
        assertThat(lines).anyMatch(line -> line.startsWith("adapter "));
    }

    @Test
    void aListenerCancelsAndTheRunGoesOn() {
        FineTune first = quickstart();
        FineTuned cancelled = first.onStep((step, metrics) -> first.cancel()).run();
        assertThat(cancelled.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(cancelled.losses()).hasSize(1);
        assertThatThrownBy(cancelled::adapter)
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("resume_from_checkpoint");
        assertThatThrownBy(cancelled::exactMatch).isInstanceOf(NoSuchElementException.class);

        FineTuned rest = quickstart().set("resume_from_checkpoint", true).run();
        assertThat(rest.isComplete()).isTrue();
        assertThat(rest.losses().firstKey()).isEqualTo(2L);
    }

    @Test
    void aRunOfAllWeightsNamesTheModelsFolder() {
        FineTuned result = quickstart()
                .recipe("full_finetune_single_device")
                .set("model", Map.of("_component_", "llama"))
                .without("save_adapter_weights_only")
                .set("max_steps", 1)
                .run();
        assertThat(result.adapter().resolve("config.json")).exists();
        assertThat(result.adapter()).isNotEqualTo(result.folder().resolve("adapter"));
        try (TunedModel model = TunedModel.open(result.folder())) {
            assertThat(model.hasAdapter()).isFalse();
        }
    }

    @Test
    void aProgramChecksForeseesLooksAtDataAndExports() {
        assertThat(quickstart().check()).isEmpty();
        assertThat(quickstart().set("tokenizer.path", folder.resolve("none")).check())
                .anyMatch(missing -> missing.contains("none"));
        assertThat(quickstart().estimate(0)).isNotNull();
        assertThat(quickstart().data(1)).isNotNull();

        FineTuned result = quickstart().set("max_steps", 1).run();
        List<String> lines = new ArrayList<>();
        FineTune export = FineTune.empty()
                .recipe("quantize")
                .set("source", result.folder())
                .set("output", folder.resolve("model.gguf"))
                .onLine(lines::add);
        assertThat(export.runTask()).isEqualTo(Outcome.COMPLETED);
        assertThat(folder.resolve("model.gguf")).exists();
        assertThat(lines).isNotEmpty();
        assertThatThrownBy(export.set("overwrite", true)::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("runTask()");
    }

    @Test
    void allMistakesOfAConfigComeAtOnce() {
        assertThatThrownBy(() -> quickstart()
                        .set("batch_size", 0)
                        .set("optimizer.lr", "high")
                        .run())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("batch_size")
                .hasMessageContaining("optimizer.lr");
        assertThatThrownBy(() -> quickstart().set("seed", new Object()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("seed");
        assertThatThrownBy(() -> quickstart().recipe("no_such_recipe").run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("there is no recipe 'no_such_recipe'");
    }
}
