// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.UserFolders;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.Recipe.RunEstimate.Part;
import io.tune4j.recipes.testing.RecipeRun;
import io.tune4j.recipes.testing.TestedBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose workers are threads, each with a backend of its own, over c10d on the loopback address. */
@Timeout(120)
class DistributedRunTest {
    private static final String LORA = "lora_finetune_distributed";
    private static final String FULL = "full_finetune_distributed";

    @TempDir
    Path folder;

    @BeforeEach
    void theBackendHasWorkers() {
        assumeThat(TestedBackend.NAME).isEqualTo("bytedeco");
    }

    /** One run of a test, as each of its workers is to have it. */
    private RecipeRun run(String recipe, String name, int microBatches) {
        RecipeRun run = RecipeRun.of(recipe, folder.resolve(name));
        if (recipe.equals(FULL)) {
            run.without("save_adapter_weights_only")
                    .with("model: {_component_: llama}", "optimizer: {_component_: AdamW, lr: 0.001}");
        }
        return run.with(
                "micro_batches_per_step: " + microBatches,
                "batch_size: 1",
                "dataset: {_component_: toy_dataset, size: 100}",
                "max_steps: 20",
                "worker_timeout: 20");
    }

    private static List<Outcome> workers(int count, Function<Integer, RecipeRun> maker) {
        return workers(count, freePort(), maker);
    }

    /** Runs the workers; the failure of the lowest rank that failed ends the test. */
    private static List<Outcome> workers(int count, int port, Function<Integer, RecipeRun> maker) {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Future<Outcome>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int rank = i;
                RecipeRun run = maker.apply(rank).told(told(rank, count, port));
                futures.add(threads.submit(run::run));
            }
            List<Outcome> outcomes = new ArrayList<>();
            TuneException failure = null;
            for (Future<Outcome> future : futures) {
                try {
                    outcomes.add(future.get());
                } catch (ExecutionException e) {
                    TuneException each = e.getCause() instanceof TuneException known ? known : rethrow(e);
                    if (failure == null) {
                        failure = each;
                    } else {
                        failure.addSuppressed(each);
                    }
                }
            }
            if (failure != null) {
                throw failure;
            }
            return outcomes;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdown();
        }
    }

    private static TuneException rethrow(ExecutionException e) {
        throw new AssertionError("a worker failed", e.getCause());
    }

    private static Map<String, String> told(int rank, int count, int port) {
        return Map.of(
                "RANK", String.valueOf(rank),
                "LOCAL_RANK", String.valueOf(rank),
                "WORLD_SIZE", String.valueOf(count),
                "MASTER_ADDR", "127.0.0.1",
                "MASTER_PORT", String.valueOf(port));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertSameFile(Path actual, Path expected) throws IOException {
        assertThat(actual).hasBinaryContent(Files.readAllBytes(expected));
    }

    @Test
    void oneTwoAndFourWorkersHaveTheSameBits() throws IOException {
        for (int count : new int[] {1, 2, 4}) {
            assertThat(workers(count, rank -> run(LORA, "w" + count, 4)))
                    .hasSize(count)
                    .containsOnly(Outcome.COMPLETED);
        }
        List<Double> losses = run(LORA, "w1", 4).metric("loss");
        assertThat(losses).hasSize(20);
        assertThat(losses.get(19)).isLessThan(losses.get(0));
        for (String other : List.of("w2", "w4")) {
            assertThat(run(LORA, other, 4).metric("loss")).isEqualTo(losses);
            assertThat(run(LORA, other, 4).metric("grad_norm"))
                    .isEqualTo(run(LORA, "w1", 4).metric("grad_norm"));
            assertSameFile(
                    folder.resolve(other + "/adapter/adapter_model.safetensors"),
                    folder.resolve("w1/adapter/adapter_model.safetensors"));
        }
        RecipeRun single = RecipeRun.in(folder.resolve("single"))
                .with(
                        "gradient_accumulation_steps: 4",
                        "batch_size: 1",
                        "dataset: {_component_: toy_dataset, size: 100}",
                        "max_steps: 20",
                        "merge_micro_batches: False");
        single.run();
        assertClose(losses, single.metric("loss"));
    }

    private static void assertClose(List<Double> actual, List<Double> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i)).isCloseTo(expected.get(i), within(1e-4 * expected.get(i)));
        }
    }

    @Test
    void allWeightsAreTrainedWithTheSameBits() throws IOException {
        for (int count : new int[] {1, 3}) {
            workers(count, rank -> run(FULL, "w" + count, 6).with("max_steps: 5", "clip_grad_norm: 0.5"));
        }
        assertThat(run(FULL, "w3", 6).metric("loss"))
                .hasSize(5)
                .isEqualTo(run(FULL, "w1", 6).metric("loss"));
        assertSameFile(folder.resolve("w3/model/model.safetensors"), folder.resolve("w1/model/model.safetensors"));
    }

    @Test
    void aStoppedRunGoesOnWithAnotherNumberOfWorkers() throws IOException {
        workers(1, rank -> run(LORA, "whole", 4));
        AtomicInteger asked = new AtomicInteger();
        List<Outcome> stopped = workers(2, rank -> {
            RecipeRun run = run(LORA, "parts", 4);
            return rank == 1 ? run.cancelledBy(() -> asked.incrementAndGet() > 7) : run;
        });
        assertThat(stopped).containsOnly(Outcome.CANCELLED);
        assertThat(folder.resolve("parts/config.yaml")).content().contains("micro_batches_per_step: 4");
        workers(4, rank -> run(LORA, "parts", 4).with("resume_from_checkpoint: True"));
        assertThat(run(LORA, "parts", 4).metric("loss"))
                .isEqualTo(run(LORA, "whole", 4).metric("loss"));
        assertSameFile(
                folder.resolve("parts/adapter/adapter_model.safetensors"),
                folder.resolve("whole/adapter/adapter_model.safetensors"));
    }

    @Test
    void theForecastCountsTheSumsThatWorkersHold() {
        Part gradients = part(run(FULL, "a", 4), "gradients");
        assertThat(part(run(FULL, "a", 16).told(told(0, 4, 29_500)), "exchange").bytes())
                .as("two sums wait while a micro-batch is computed")
                .isGreaterThanOrEqualTo(2 * gradients.bytes());
        assertThat(run(FULL, "a", 4).told(told(0, 4, 29_500)).estimate(64).memory())
                .as("with one micro-batch each no sum waits, and the exchange needs no more than activations did")
                .filteredOn(each -> each.name().equals("exchange"))
                .singleElement()
                .satisfies(each -> assertThat(each.bytes()).isLessThan(2 * gradients.bytes()));
    }

    private static Part part(RecipeRun run, String name) {
        return run.estimate(64).memory().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatAKilledHelperLeftIsDeleted() throws IOException {
        // No system gives a process this number.
        Path left = Files.createDirectories(UserFolders.temporary().resolve(".tune4j-worker.999999999-1.tune4j-tmp/x"));
        workers(1, rank -> run(LORA, "next", 1).with("max_steps: 1"));
        assertThat(left.getParent()).doesNotExist();
    }

    @Test
    void onlyTheFirstWorkerWrites() {
        // The lock of the folder would refuse a second one.
        workers(2, rank -> run(LORA, "both", 2).with("max_steps: 2"));
        assertThat(folder.resolve("both/adapter")).exists();
        assertThat(folder).isDirectoryNotContaining(path -> !path.endsWith("both"));
    }

    private void assertAllRefused(IntFunction<RecipeRun> maker, String... words) {
        assertThatThrownBy(() -> workers(2, maker::apply)).isInstanceOfSatisfying(TuneException.class, first -> {
            assertThat(first).isInstanceOf(UserException.class).hasMessageContainingAll(words);
            assertThat(first.getSuppressed())
                    .as("the other worker says so too")
                    .singleElement()
                    .satisfies(other -> assertThat(other).hasMessageContainingAll(words));
        });
    }

    @Test
    void workersThatRunSomethingElseAreRefused() {
        assertAllRefused(
                rank -> run(LORA, "a", 2).with("optimizer: {_component_: AdamW, lr: 0.0" + (rank + 1) + "}"),
                "worker 1 has 'optimizer: {_component_: AdamW, lr: 0.02}'",
                "worker 0 has 'optimizer: {_component_: AdamW, lr: 0.01}'");
        assertAllRefused(
                rank -> run(LORA, "b", 2).with("dataset: {_component_: toy_dataset, size: 10" + rank + "}"),
                "worker 1 has 'dataset (fingerprint of its tokens)");
    }

    @Test
    void microBatchesThatTheWorkersDoNotDivideAreRefused() {
        assertThatThrownBy(() -> workers(2, rank -> run(LORA, "a", 3)))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(
                        "micro_batches_per_step",
                        "2 workers do not divide 3 micro-batches",
                        "divided among 1, 3 workers");
    }

    @Test
    void aPortInUseIsRefused() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            RecipeRun first = run(LORA, "a", 2).with("worker_timeout: 2").told(told(0, 2, taken.getLocalPort()));
            assertThatThrownBy(first::run)
                    .isInstanceOf(ResourceException.class)
                    .hasMessageContainingAll("port " + taken.getLocalPort() + " is in use", "--rdzv_endpoint");
        }
    }

    @Test
    void aWorkerThatDoesNotComeIsNamed() {
        RecipeRun first = run(LORA, "a", 2).with("worker_timeout: 2").told(told(0, 2, freePort()));
        assertThatThrownBy(first::run)
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("worker 1 has not been heard of for 2 s (worker_timeout)");
        RecipeRun second = run(LORA, "a", 2).with("worker_timeout: 2").told(told(1, 2, freePort()));
        assertThatThrownBy(second::run)
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("worker 1 found no worker of rank 0 at 127.0.0.1");
    }

    /** c10d's store waits without end for an answer. */
    @Test
    void aLostNetworkEndsBothSides() throws IOException, InterruptedException {
        int port = freePort();
        try (LostNetwork network = new LostNetwork(port)) {
            AtomicInteger asked = new AtomicInteger();
            RecipeRun first = run(LORA, "a", 4).with("worker_timeout: 4").told(told(0, 2, port));
            RecipeRun second = run(LORA, "a", 4)
                    .with("worker_timeout: 4")
                    .told(told(1, 2, network.port()))
                    .cancelledBy(() -> {
                        if (asked.incrementAndGet() > 7) {
                            network.lose();
                        }
                        return false;
                    });
            ExecutorService threads = Executors.newSingleThreadExecutor();
            Future<Outcome> ended = threads.submit(first::run);
            assertThatThrownBy(second::run)
                    .isInstanceOf(ResourceException.class)
                    .hasMessageContaining("worker 0, at 127.0.0.1:" + network.port()
                            + ", has not answered for 4 s (worker_timeout), as when the network is lost");
            assertThatThrownBy(ended::get)
                    .hasCauseInstanceOf(ResourceException.class)
                    .hasMessageContaining("worker 1 has not been heard of for 4 s (worker_timeout)");
            threads.shutdown();
        }
    }

    @Test
    void anotherNumberOfWorkersIsRefused() {
        int port = freePort();
        assertThatThrownBy(() ->
                        workers(2, port, rank -> run(LORA, "a", 6).with("worker_timeout: " + (rank == 0 ? 20 : 21))))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("worker_timeout: 21");
        int other = freePort();
        RecipeRun first = run(LORA, "b", 6).told(told(0, 2, other));
        RecipeRun second = run(LORA, "b", 6).told(told(1, 3, other));
        ExecutorService threads = Executors.newSingleThreadExecutor();
        Future<Outcome> ended = threads.submit(first::run);
        assertThatThrownBy(second::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        "worker 1 was told that there are 3 workers (WORLD_SIZE), and worker 0 that there are 2");
        assertThatThrownBy(ended::get)
                .hasCauseInstanceOf(ResourceException.class)
                .hasMessageContaining("WORLD_SIZE");
        threads.shutdown();
    }
}
