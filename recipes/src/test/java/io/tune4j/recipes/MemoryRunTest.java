// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.backend.host.ProcessMemory;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sizes;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.recipes.testing.RecipeRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Budgets, offloading and limits in whole runs. */
class MemoryRunTest {
    private static final Pattern CHOICE = Pattern.compile(
            "activations: (?:(\\d+) of (\\d+) layers are recomputed.*|.*are kept); they take (\\d\\S* \\S+)");
    private static final String ADAPTER = "adapter/adapter_model.safetensors";

    private Path folder = Path.of("");

    /** On a disk, where /tmp may be in memory. */
    @BeforeEach
    void aFolderOnDisk() throws IOException {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "memory");
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private RecipeRun run(String name) {
        return RecipeRun.in(folder.resolve(name));
    }

    private static String taken(RecipeRun run) {
        Matcher matcher = CHOICE.matcher(run.printed());
        assertThat(matcher.find()).as(run.printed()).isTrue();
        return matcher.group(3);
    }

    @Test
    void offloadedActivationsChangeNoBit() throws IOException {
        RecipeRun kept = run("kept").with("enable_activation_checkpointing: True");
        RecipeRun offloaded =
                run("offloaded").with("enable_activation_checkpointing: True", "enable_activation_offloading: True");
        kept.run();
        offloaded.run();
        assertThat(offloaded.metric("loss")).isEqualTo(kept.metric("loss"));
        assertThat(offloaded.metric("grad_norm")).isEqualTo(kept.metric("grad_norm"));
        assertThat(folder.resolve("offloaded").resolve(ADAPTER))
                .hasBinaryContent(Files.readAllBytes(folder.resolve("kept").resolve(ADAPTER)));
        assertThat(offloaded.printed())
                .contains("layers' inputs wait in a memory-mapped file in " + folder.resolve("offloaded"));
        assertThat(taken(offloaded)).isNotEqualTo(taken(kept));
        try (var files = Files.list(folder.resolve("offloaded"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.startsWith(".activations"));
        }
    }

    @Test
    void autoRecomputesAsFewLayersAsTheBudgetDemands() {
        RecipeRun ample = run("ample").with("enable_activation_checkpointing: auto", "activation_memory_budget: 1GiB");
        ample.run();
        assertThat(ample.printed())
                .containsPattern("activations: those of all \\d+ layers are kept; they take .* of a budget of 1.0 GiB");

        RecipeRun tight = run("tight").with("enable_activation_checkpointing: auto", "activation_memory_budget: 1KiB");
        assertThatThrownBy(tight::run)
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("less than the minimum", "activation_memory_budget=1MiB", "even when layers");

        RecipeRun own = run("own").with("enable_activation_checkpointing: auto");
        own.run();
        assertThat(own.printed()).contains("layers are kept", "(what memory leaves)");
        assertThat(own.metric("loss")).isEqualTo(ample.metric("loss"));
    }

    @Test
    void aPartOfTheLayersIsRecomputedToTheSameLosses() {
        RecipeRun all = run("all");
        all.run();
        String most = taken(all);
        RecipeRun recomputed = run("recomputed").with("enable_activation_checkpointing: True");
        recomputed.run();
        // Between the two.
        long budget = (bytes(most) + bytes(taken(recomputed))) / 2;
        RecipeRun some =
                run("some").with("enable_activation_checkpointing: auto", "activation_memory_budget: " + budget);
        some.run();
        assertThat(some.printed()).containsPattern("activations: [1-9]\\d* of \\d+ layers are recomputed");
        assertThat(bytes(taken(some))).isLessThanOrEqualTo(budget + 1024);
        assertThat(some.metric("loss")).isEqualTo(all.metric("loss"));
    }

    private static long bytes(String text) {
        return Sizes.parse(text).orElseThrow();
    }

    @Test
    void aRunThatWillTakeMoreThanItMayIsNotBegun() {
        RecipeRun run = run("a").with("memory_limit: 64MiB", "batch_size: 4", "gradient_accumulation_steps: 1");
        assertThatThrownBy(run::run)
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll(
                        "the run will take about",
                        "more than memory_limit=64.0 MiB",
                        "base weights",
                        "optimizer state",
                        "What would help most: ",
                        "batch_size=1 gradient_accumulation_steps=4 (saves ")
                // Where products of bf16 are widened, so small a model takes no less memory for it.
                .satisfies(error -> assertThat(error.getMessage().contains("dtype=bf16 (saves "))
                        .isEqualTo(HostProcessor.detect().hasBf16()));
        assertThat(folder.resolve("a/checkpoints")).doesNotExist();
    }

    @Test
    void aRunAboveItsLimitSavesItsLastStepAndGoesOn() throws IOException {
        long limit = ProcessMemory.resident().anonymous() + (500L << 20);
        Assumptions.assumeTrue(ProcessMemory.hostBytes() > (4L << 30), "room for what is taken here");
        List<ByteBuffer> ballast = new ArrayList<>();
        int[] asked = new int[1];
        RecipeRun stopped = run("parts")
                .with("memory_limit: " + limit, "merge_micro_batches: False")
                .cancelledBy(() -> {
                    if (++asked[0] == 8) {
                        ballast.add(ByteBuffer.allocateDirect(800 << 20));
                        // The memory is looked at now and then, and a step this small may be over before.
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                    }
                    return false;
                });
        assertThatThrownBy(stopped::run)
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll(
                        "stopped in the phase 'training'",
                        "of memory are taken, more than memory_limit=",
                        "Held at the peak of a micro-batch of ",
                        "saved in " + folder.resolve("parts/checkpoints/step_000003"),
                        "resume_from_checkpoint=True");
        assertThat(ballast).hasSize(1);
        assertThat(LeakDetector.describeLive()).isEmpty();

        RecipeRun resumed =
                run("parts").with("resume_from_checkpoint: True", "memory_limit: null", "merge_micro_batches: False");
        assertThat(resumed.run()).isEqualTo(Outcome.COMPLETED);
        RecipeRun apart = run("apart").with("merge_micro_batches: False");
        apart.run();
        assertThat(resumed.metric("loss")).isEqualTo(apart.metric("loss"));
    }

    @Test
    void eachPhaseIsMeasured() {
        RecipeRun run = run("phases")
                .with(
                        "dataset_val: {_component_: toy_dataset, size: 9}",
                        "run_val_every_n_steps: 4",
                        "log_peak_memory_stats: True");
        run.run();
        assertThat(run.printed())
                .containsPattern(
                        "memory       peak of load \\d.*, first step \\d.*, training \\d.*, validation \\d.*, save \\d");
        for (String metric : List.of(
                "memory_now", "peak_memory_active", "memory_anonymous", "memory_file_backed", "memory_java_heap")) {
            assertThat(run.metric(metric)).as(metric).hasSize(8).allMatch(value -> value > 0);
        }
        assertThat(run.metric("peak_memory_active").get(7))
                .isGreaterThanOrEqualTo(run.metric("peak_memory_anonymous").get(7));
    }

    @Test
    void foldersInMemoryAreRefused() throws IOException {
        Path shared = Path.of("/dev/shm");
        Assumptions.assumeTrue(Files.isWritable(shared), "a tmpfs");
        Path output = shared.resolve("tune4j-" + folder.getFileName());
        RecipeRun run = RecipeRun.in(output)
                .with("enable_activation_checkpointing: True", "enable_activation_offloading: True");
        try {
            assertThatThrownBy(run::run)
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll("tmpfs", "memory themselves", "output_dir");
        } finally {
            // The lock's file stays, so that two runs never hold two locks of one folder.
            Files.deleteIfExists(output.resolve(".lock"));
            Files.deleteIfExists(output);
        }
    }
}
