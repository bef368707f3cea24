// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.recipes.testing.RecipeRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The remains of runs after kills, second runs and changed files, and how a resumed run handles them. */
class InterruptedRunTest {
    private static final Path BASE = Path.of("src/test/resources/golden/llama2_style");
    private static final String RESUME = "resume_from_checkpoint: True";
    private static final String MERGE = "save_adapter_weights_only: False";

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private RecipeRun run(String... yaml) {
        return RecipeRun.in(folder.resolve("out")).with(yaml);
    }

    private Path out(String name) {
        return folder.resolve("out").resolve(name);
    }

    private byte[] adapter(String name) throws IOException {
        return Files.readAllBytes(out(name).resolve("adapter_model.safetensors"));
    }

    private void delete(String... names) throws IOException {
        for (String name : names) {
            try (Stream<Path> files = Files.walk(out(name))) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private Path copyOfBase() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("base"));
        try (Stream<Path> files = Files.list(BASE)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    private static String checkpointer(Path base) {
        return "checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: " + base + "}";
    }

    private interface Change {
        void make() throws IOException;
    }

    /** Does something in the middle of a run. */
    private static RecipeRun during(RecipeRun run, Change change) {
        AtomicBoolean done = new AtomicBoolean();
        return run.cancelledBy(() -> {
            if (!done.getAndSet(true)) {
                try {
                    change.make();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return false;
        });
    }

    @Test
    void aKillAfterTheLastStateIsMadeUpFor() throws IOException {
        run(MERGE).run();
        byte[] adapter = adapter("adapter");
        byte[] merged = Files.readAllBytes(out("merged/model.safetensors"));
        byte[] results = Files.readAllBytes(out("results.json"));
        for (List<String> lost : List.of(
                List.of("adapter", "merged", "results.json"),
                List.of("merged", "results.json"),
                List.of("results.json"),
                List.of("merged"))) {
            delete(lost.toArray(String[]::new));
            RecipeRun resumed = run(MERGE, RESUME);
            assertThat(resumed.run()).as("%s", lost).isEqualTo(Outcome.COMPLETED);
            assertThat(resumed.printed()).contains("all steps are done (8 of 8)", "merged");
            assertThat(adapter("adapter")).isEqualTo(adapter);
            assertThat(out("merged/model.safetensors")).hasBinaryContent(merged);
            assertThat(out("results.json")).hasBinaryContent(results);
            assertThat(resumed.metric("loss")).hasSize(8);
        }
        assertThatThrownBy(() -> run(MERGE, RESUME).run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is complete: step 8 of 8");
    }

    /** A run that was complete and is trained on has an adapter and a merged model, of an earlier step. */
    @Test
    void resultsOfAnEarlierEndAreNotTakenForThoseOfTheLastStep() throws IOException {
        run(MERGE, "max_steps: 4").run();
        Files.move(out("adapter"), out("adapter4"));
        Files.move(out("merged"), out("merged4"));
        Files.move(out("results.json"), out("results4"));
        run(MERGE, RESUME).run();
        byte[] adapter = adapter("adapter");
        delete("adapter", "merged", "results.json");
        Files.move(out("adapter4"), out("adapter"));
        Files.move(out("merged4"), out("merged"));
        Files.move(out("results4"), out("results.json"));
        assertThat(run(MERGE, RESUME).run()).isEqualTo(Outcome.COMPLETED);
        assertThat(adapter("adapter")).isEqualTo(adapter);
    }

    @Test
    void anEpochsAdapterThatIsMissingIsMadeOfItsState() throws IOException {
        run("max_steps: null", "epochs: 2", "max_steps_per_epoch: 4", "keep_last_n_checkpoints: 5")
                .run();
        byte[] first = adapter("epoch_0");
        byte[] second = adapter("epoch_1");
        delete("epoch_0", "epoch_1", "adapter");
        RecipeRun resumed =
                run("max_steps: null", "epochs: 2", "max_steps_per_epoch: 4", "keep_last_n_checkpoints: 5", RESUME);
        assertThat(resumed.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(adapter("epoch_0")).isEqualTo(first);
        assertThat(adapter("epoch_1")).isEqualTo(second).isEqualTo(adapter("adapter"));
    }

    @Test
    void theBestAdapterThatIsMissingIsMadeOfItsState() throws IOException {
        String[] options = {
            "dataset_val: {_component_: toy_dataset, size: 9}",
            "run_val_every_n_steps: 2",
            "save_best: True",
            "save_every_n_steps: 2",
            "keep_last_n_checkpoints: 9"
        };
        run(options).run();
        byte[] best = adapter("best");
        byte[] which = Files.readAllBytes(out("best/best.json"));
        delete("best", "adapter");
        run(options).with(RESUME).run();
        assertThat(adapter("best")).isEqualTo(best);
        assertThat(out("best/best.json")).hasBinaryContent(which);
    }

    @Test
    void theLastValidationIsMeasuredOnce() throws IOException {
        String[] options = {"dataset_val: {_component_: toy_dataset, size: 9}", "run_val_every_n_steps: 3"};
        RecipeRun whole = run(options);
        whole.run();
        assertThat(whole.metric("val_loss")).hasSize(3);
        delete("adapter");
        RecipeRun resumed = run(options).with(RESUME);
        resumed.run();
        assertThat(resumed.metric("val_loss")).isEqualTo(whole.metric("val_loss"));
    }

    @Test
    void aSecondRunIsRefusedWhileTheFirstRuns() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Files.createDirectories(folder.resolve("out")));
        RecipeRun first = during(run("save_every_n_steps: 1"), () -> {
            for (Path path : List.of(folder.resolve("out"), link)) {
                for (String resume : List.of("False", "True")) {
                    assertThatThrownBy(() -> RecipeRun.in(path)
                                    .with("resume_from_checkpoint: " + resume)
                                    .run())
                            .isInstanceOf(UserException.class)
                            .hasMessageContainingAll(
                                    "output_dir",
                                    "is in use by process "
                                            + ProcessHandle.current().pid());
                }
            }
        });
        assertThat(first.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(out("previous")).doesNotExist();
        assertThat(first.metric("loss")).hasSize(8);
    }

    @Test
    void logsThatCannotBeWrittenRefuseTheRunBeforeItReadsAnything() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        for (String logger : List.of("DiskLogger", "TensorBoardLogger", "MLFlowLogger", "WandBLogger")) {
            RecipeRun run = run("metric_logger: [{_component_: StdoutLogger}, {_component_: " + logger + ", log_dir: "
                    + file + "/logs}]");
            assertThatThrownBy(run::run)
                    .as(logger)
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll("metric_logger.log_dir", file.toString());
            assertThat(run.printed()).as(logger).doesNotContain("data ", "training ");
        }
        assertThat(folder).isDirectoryNotContaining("glob:**/out");
    }

    @Test
    void aSecondRunWithTheSameLogsIsRefusedWhileTheFirstRuns() throws IOException {
        Path logs = folder.resolve("logs");
        String shared = "metric_logger: {_component_: DiskLogger, log_dir: " + logs + "}";
        String another = "metric_logger: {_component_: DiskLogger, log_dir: " + logs + ", filename: other.jsonl}";
        RecipeRun second = RecipeRun.in(folder.resolve("second"));
        RecipeRun first = during(run(shared), () -> {
            assertThatThrownBy(() -> second.with(shared).run())
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll(
                            "metric_logger.log_dir " + logs.toRealPath(),
                            "is in use by process " + ProcessHandle.current().pid());
            assertThat(second.printed())
                    .as("it is refused before data are read")
                    .doesNotContain("data ", "training ");
            assertThat(folder.resolve("second")).doesNotExist();
            assertThat(second.with(another).run()).isEqualTo(Outcome.COMPLETED);
        });
        assertThat(first.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(logs.resolve("metrics.jsonl")).content().hasLineCount(8);
        assertThat(logs.resolve("other.jsonl")).content().hasLineCount(8);
        assertThat(second.with(shared).run()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void whatKilledRunsLeftIsSettledWhenARunBegins() throws IOException {
        run("max_steps: 2").run();
        Files.createDirectories(out("checkpoints/.step_000002.deleted/x"));
        Files.createDirectories(out("checkpoints/.step_000003.00000000-1-1.tune4j-tmp"));
        Files.createDirectories(out(".merged.00000000-1-2.tune4j-tmp/x"));
        Files.createDirectories(out(".writable.00000000-1-3.tune4j-tmp"));
        Files.move(out("epoch_0"), out(".epoch_0.00000000-1-4.tune4j-old"));
        RecipeRun resumed = run("max_steps: 5", "keep_last_n_checkpoints: 1", RESUME);
        assertThat(resumed.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(resumed.printed())
                .contains("left by a run that was killed: deleted ", ".step_000002.deleted", "restored ", "epoch_0");
        try (Stream<Path> all = Files.walk(folder.resolve("out"))) {
            assertThat(all.map(path -> path.getFileName().toString()).filter(name -> name.startsWith(".")))
                    .containsExactlyInAnyOrder(".lock", ".metrics.jsonl.lock");
        }
    }

    @Test
    void aBaseThatIsOverwrittenDuringTheRunIsNotMerged() throws IOException {
        Path base = copyOfBase();
        Path file = base.resolve("model.safetensors");
        byte[] before = Files.readAllBytes(file);
        byte[] other = before.clone();
        for (int i = before.length / 2; i < other.length; i++) {
            other[i] ^= 1;
        }
        RecipeRun run = during(run(MERGE, checkpointer(base)), () -> write(file, other));
        assertThatThrownBy(run::run)
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(
                        "cannot be merged", file.toString(), "was changed", "The adapter is in " + out("adapter"));
        assertThat(out("adapter")).exists();
        assertThat(out("merged")).doesNotExist();

        assertThatThrownBy(() -> run(MERGE, RESUME, checkpointer(base)).run())
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(file.toString(), "is not the file that the state in");
        write(file, before);
        RecipeRun resumed = run(MERGE, RESUME, checkpointer(base));
        assertThat(resumed.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(resumed.printed()).contains("taken for a copy");
        assertThat(out("merged")).exists();
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes));
        }
    }

    @Test
    void aBaseThatIsDeletedDuringTheRunIsToBlame() throws IOException {
        Path base = copyOfBase();
        Path away = folder.resolve("away");
        RecipeRun run = during(run(MERGE, checkpointer(base)), () -> Files.move(base, away));
        assertThatThrownBy(run::run)
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("checkpoint file " + base.resolve("model.safetensors"), "was deleted");
        Files.move(away, base, StandardCopyOption.ATOMIC_MOVE);
        assertThat(run(MERGE, RESUME, checkpointer(base)).run()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void aBrokenStateNamesTheOneBeforeIt() throws IOException {
        run("save_every_n_steps: 3", "max_steps: 6", "keep_last_n_checkpoints: 3")
                .run();
        Path third = out("checkpoints/step_000003");
        Path sixth = out("checkpoints/step_000006");
        byte[] optimizer = Files.readAllBytes(sixth.resolve("optimizer.safetensors"));
        Files.write(sixth.resolve("optimizer.safetensors"), java.util.Arrays.copyOf(optimizer, 1000));
        String[] advice = {
            "the state in " + sixth + " is broken", "delete that folder", "checkpointer.recipe_checkpoint=" + third
        };
        assertThatThrownBy(() -> run(RESUME).run())
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(advice)
                .hasMessageContaining("optimizer.safetensors")
                .hasMessageNotContaining("download");
        Files.writeString(sixth.resolve("state.json"), "{\"format\": 1,");
        assertThatThrownBy(() -> run(RESUME).run())
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(advice)
                .hasMessageContaining("state.json is no valid JSON");
        delete("checkpoints/step_000006");
        assertThat(run(RESUME).run()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void aLastStepThatDivergesEndsTheRunAndIsNotSaved() {
        String rate = "optimizer: {_component_: AdamW, lr: 1e30}";
        for (String validation : List.of("seed: 7", "dataset_val: {_component_: toy_dataset, size: 9}")) {
            RecipeRun run = run(rate, "max_steps: 1", "lr_scheduler: null", validation);
            assertThatThrownBy(run::run)
                    .isInstanceOf(DataException.class)
                    .hasMessageContainingAll("went wrong at its last step, 1", "not saved", "optimizer.lr");
            assertThat(out("adapter")).doesNotExist();
            assertThat(out("checkpoints/step_000001")).doesNotExist();
        }
    }
}
