// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.Problems.ConfigException;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import io.tune4j.testkit.toy.ByteTokenizer;
import io.tune4j.testkit.toy.ToyPlugin;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.inject.Provider;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a recipe of another plugin is given. */
class RecipeInputsTest {
    private record Width(int value, Path output) {
        static Width read(ConfigValues config) {
            return new Width(config.root().integer("width", 1, 1, 9), Objects.requireNonNull(config.outputDirectory()));
        }
    }

    /** Says what it was given. */
    public static final class Asking implements Recipe {
        private final Width width;
        private final DatasetProvider data;
        private final Optional<Long> written;
        private final Console console;

        @Inject
        Asking(
                Width width,
                DatasetProvider data,
                @Named("seed") Optional<Long> written,
                Provider<Backend> backends,
                Console console) {
            this.width = width;
            this.data = data;
            this.written = written;
            this.console = console;
        }

        @Override
        public Outcome run() {
            console.line("width " + width.value() + " in " + width.output());
            console.line(written.map(seed -> "seed " + seed).orElse("no seed"));
            console.line(data.open(new ByteTokenizer()).toList().size() + " samples");
            return Outcome.COMPLETED;
        }
    }

    private record Factory() implements RecipeFactory {
        @Override
        public String name() {
            return "asking";
        }

        @Override
        public String summary() {
            return "says what it was given";
        }

        @Override
        public Class<? extends Recipe> recipeClass() {
            return Asking.class;
        }

        @Override
        public List<RecipeOptions<?>> options() {
            return List.of(new RecipeOptions<>(Width.class, Width::read));
        }
    }

    private static RecipeTrial trial(String... lines) {
        return new RecipeTrial(
                        new Factory(), List.of(new ToyPlugin()), "output_dir: out\ndataset: {_component_: toy_dataset}")
                .with(lines);
    }

    @Test
    void optionsOfItsOwnComeWithWhatSectionsMake() {
        RecipeTrial trial = trial(
                "width: 7",
                "seed: 5",
                "dataset: [{_component_: toy_dataset, size: 4}, {_component_: toy_dataset, size: 3, weight: 2}]");
        trial.run();
        assertThat(trial.printed()).isEqualTo("width 7 in out\nseed 5\n10 samples");
    }

    @Test
    void aSeedIsNotDrawnForOneThatMayBeMissing() {
        RecipeTrial trial = trial();
        trial.run();
        assertThat(trial.printed()).contains("no seed");
    }

    @Test
    void allMistakesAreToldAtOnce() {
        assertThatThrownBy(trial(
                        "width: 77",
                        "hight: 3",
                        "dtype: fp16",
                        "device: my gpu",
                        "dataset: {_component_: no_such_data}")::run)
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(
                        "width: expected a value from 1 to 9",
                        "hight: unknown key",
                        "fp16 training is not supported",
                        "'my gpu' is not a device",
                        "no_such_data");
    }
}
