// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.testkit.toy.ToyCheckpoints;
import io.tune4j.testkit.toy.ToyDefinition;
import io.tune4j.testkit.toy.ToyPlugin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that a recipe must do, tried on a toy model ({@link ToyPlugin} says what there is for its config).
 *
 * <pre>{@code
 * class MyRecipeTest extends RecipeConformance {
 *     @Override protected RecipeFactory recipe() { return new MyRecipeFactory(); }
 *     @Override protected List<Plugin> plugins() { return List.of(new MyPlugin()); }
 *     @Override protected String config(Path checkpoint, Path output) { return "model: {_component_: toy} ..."; }
 * }
 * }</pre>
 */
public abstract class RecipeConformance {
    @TempDir
    Path folder;

    private Path checkpoint;
    private int liveBefore;

    /** The recipe under test. */
    protected abstract RecipeFactory recipe();

    /** The plugins whose names the config uses, besides the toys. */
    protected abstract List<Plugin> plugins();

    /**
     * A config, one top-level key a line, in which the recipe has some work to do. It says {@code backend: java} if the recipe
     * computes.
     *
     * @param checkpoint a folder with a toy model's weights
     * @param output a folder that does not exist yet
     */
    protected abstract String config(Path checkpoint, Path output);

    /** Top-level sections without which the recipe cannot run. */
    protected List<String> requiredSections() {
        return List.of("model", "tokenizer", "dataset");
    }

    /** The files, below its output directory, that two runs with one seed must have equal to the bit. */
    protected List<String> results() {
        return List.of();
    }

    /** The line that continues a stopped run, or empty for a recipe that has nothing to continue. */
    protected String resume() {
        return "";
    }

    /** Whether a run ends without being stopped; false for a server. */
    protected boolean endsByItself() {
        return true;
    }

    /** Number of times that the recipe checks for a cancellation in the first half of a run of {@link #config}. */
    protected int asksInFirstHalf() {
        return 3;
    }

    @BeforeEach
    final void writeCheckpoint() throws IOException {
        liveBefore = LeakDetector.liveCount();
        checkpoint = Files.createDirectories(folder.resolve("checkpoint"));
        ToyCheckpoints.write(checkpoint, new ToyDefinition(2, false, true));
    }

    @AfterEach
    final void nothingIsLeftBehind() {
        assertThat(LeakDetector.liveCount())
                .as(() -> "live tensors after the test: " + LeakDetector.describeLive())
                .isEqualTo(liveBefore);
    }

    private RecipeTrial trial(String output, String... changes) {
        List<Plugin> all = new ArrayList<>(List.of(new ToyPlugin()));
        all.addAll(plugins());
        String config = config(checkpoint, folder.resolve(output));
        return new RecipeTrial(recipe(), all, config).with(changes);
    }

    @Test
    final void itCanBeNamed() {
        assertThat(recipe().name()).matches("[a-z][a-z0-9_]*");
        assertThat(recipe().summary()).isNotBlank().doesNotContain("\n");
    }

    @Test
    final void itRunsToItsEnd() {
        assumeThat(endsByItself()).isTrue();
        RecipeTrial trial = trial("run");
        assertThat(trial.run()).as(trial.printed()).isEqualTo(Outcome.COMPLETED);
        assertThat(trial.printed()).isNotBlank();
        results().forEach(result -> assertThat(folder.resolve("run").resolve(result))
                .exists());
    }

    @Test
    final void oneSeedGivesOneResult() throws IOException {
        assumeThat(endsByItself()).isTrue();
        trial("one").run();
        trial("two").run();
        assertSameResults("two", "one");
    }

    private void assertSameResults(String actual, String expected) throws IOException {
        for (String result : results()) {
            assertThat(folder.resolve(actual).resolve(result))
                    .hasBinaryContent(
                            Files.readAllBytes(folder.resolve(expected).resolve(result)));
        }
    }

    @Test
    final void itStopsWhenAsked() {
        AtomicInteger asked = new AtomicInteger();
        RecipeTrial trial = trial("stopped").cancelledBy(() -> asked.incrementAndGet() > asksInFirstHalf());
        assertThat(trial.run()).as(trial.printed()).isEqualTo(Outcome.CANCELLED);
        if (!endsByItself()) {
            return;
        }
        AtomicInteger whole = new AtomicInteger();
        trial("whole").cancelledBy(() -> whole.incrementAndGet() < 0).run();
        assertThat(asked.get())
                .as("it goes on asking, and working, after it was told")
                .isLessThan(whole.get());
    }

    @Test
    final void aStoppedRunContinuesToTheSameEnd() throws IOException {
        assumeThat(resume()).as("there is nothing to continue").isNotEmpty();
        assertContinues("");
    }

    /** The toys' optimizer has momentum, which a recipe that forgets the optimizer's state would lose. */
    @Test
    final void aStoppedRunContinuesWithTheOptimizersState() throws IOException {
        assumeThat(resume()).as("there is nothing to continue").isNotEmpty();
        assumeThat(config(checkpoint, folder)).as("nothing is trained").contains("optimizer:");
        assertContinues("optimizer: {_component_: toy_optimizer, lr: 0.05, momentum: 0.9}");
    }

    private void assertContinues(String change) throws IOException {
        String[] changes = change.isEmpty() ? new String[0] : new String[] {change};
        String suffix = change.isEmpty() ? "" : "-changed";
        trial("whole" + suffix, changes).run();
        AtomicInteger asked = new AtomicInteger();
        trial("parts" + suffix, changes)
                .cancelledBy(() -> asked.incrementAndGet() > asksInFirstHalf())
                .run();
        RecipeTrial rest = trial("parts" + suffix, changes).with(resume());
        assertThat(rest.run()).isEqualTo(Outcome.COMPLETED);
        assertSameResults("parts" + suffix, "whole" + suffix);
    }

    @Test
    final void keysThatItDoesNotKnowAreReported() {
        assertRefused(trial("refused", "no_such_key: 1"), "no_such_key");
    }

    @Test
    final void sectionsThatAreMissingAreReportedByTheirKey() {
        for (String section : requiredSections()) {
            assertRefused(trial("refused").without(section), section);
        }
    }

    @Test
    final void namesThatAreNotInstalledAreReported() {
        for (String section : requiredSections()) {
            assertRefused(trial("refused", section + ": {_component_: no_such_component}"), "no_such_component");
        }
        // A recipe that computes nothing has no backend.
        if (config(checkpoint, folder).contains("backend:")) {
            assertRefused(trial("refused", "backend: no_such_backend"), "no_such_backend");
            assertRefused(trial("refused", "device: 'no such device'"), "no such device");
        }
    }

    private void assertRefused(RecipeTrial trial, String part) {
        assertThatThrownBy(trial::run, "%s", part)
                .isInstanceOf(UserException.class)
                .hasMessageContaining(part);
        assertThat(folder.resolve("refused"))
                .as("nothing is written before the config is right")
                .doesNotExist();
    }
}
