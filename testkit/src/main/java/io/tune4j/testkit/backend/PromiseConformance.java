// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend's description of itself, its refusals, and its behaviour with threads and memory. */
abstract class PromiseConformance extends BackendTestCase {
    private static final long ALLOWED_GROWTH = 20L << 20;
    private static final int THREADS = 4;

    protected abstract int memoryIterations();

    @Test
    final void itSaysWhatItIs() {
        assertThat(factory().name()).matches("[a-z][a-z0-9_]*");
        assertThat(factory().summary()).isNotBlank().doesNotContain("\n");
        assertThat(backend().name()).isEqualTo(factory().name());
        assertThat(backend().device()).isEqualTo(device());
        assertThat(factory().devices()).contains(device());
        assertThat(backend().capabilities().description()).isNotBlank().doesNotContain("\n");
        assertThat(backend().capabilities().dtypes())
                .contains(DType.FLOAT64, DType.FLOAT32)
                .containsAll(backend().capabilities().nativeDtypes())
                .allMatch(DType::isFloating);
    }

    @Test
    final void theNumberOfThreadsIsWhatWasAskedFor() {
        for (int threads : new int[] {1, 2}) {
            try (Backend other = open(threads)) {
                assertThat(other.capabilities().threads()).isEqualTo(threads);
            }
        }
        try (Backend other = open(0)) {
            assertThat(other.capabilities().threads()).isPositive();
        }
    }

    @Test
    final void dtypesThatItLacksAreRefusedByName() {
        Arrays.stream(DType.values())
                .filter(DType::isFloating)
                .filter(dtype -> !backend().capabilities().dtypes().contains(dtype))
                .forEach(dtype -> {
                    BackendOptions options = new BackendOptions(device(), dtype, 1, notice -> {});
                    assertThatThrownBy(() -> factory().create(options).close(), "a run in %s", dtype)
                            .isInstanceOfAny(UserException.class, ResourceException.class)
                            .hasMessageContaining(dtype.configName());
                });
    }

    @Test
    final void devicesThatItLacksAreRefusedByName() {
        BackendOptions options = new BackendOptions(new Device("abacus", 3), DType.FLOAT32, 1, notice -> {});
        assertThatThrownBy(() -> factory().create(options).close())
                .isInstanceOfAny(UserException.class, ResourceException.class)
                .hasMessageContaining("abacus:3");
    }

    @Test
    final void memoryThatCannotBeHadIsAResourceError() {
        assertThatThrownBy(() -> Tensor.empty(backend(), DType.FLOAT64, 1L << 52))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("out of memory")
                .hasMessageContaining("batch_size");
    }

    @Test
    final void severalThreadsComputeAtOnce() throws InterruptedException {
        Host x = Host.random(1, 17, 23);
        Host y = Host.random(2, 23, 9);
        Host expected = x.matmul(y);
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> jobs = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                jobs.add(() -> {
                    for (int i = 0; i < 50; i++) {
                        try (TensorScope scope = TensorScope.open()) {
                            Tensor product = x.on(backend(), DType.FLOAT32).matmul(y.on(backend(), DType.FLOAT32));
                            assertClose(product, expected, tolerance(DType.FLOAT32), "a product in a thread");
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> job : pool.invokeAll(jobs)) {
                job.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a thread failed: " + e.getCause(), e);
        } finally {
            pool.shutdownNow();
            pool.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    /** Native memory that is never released would make the process grow. */
    @Test
    final void repetitionLeavesTheProcessAsItWas(@TempDir Path folder) throws IOException, InterruptedException {
        assumeThat(Path.of("/proc/self/status")).as("only Linux tells").exists();
        Path output = folder.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // A heap of fixed size whose pages are all there, so that only native memory can grow.
                "-Xms256m",
                "-Xmx256m",
                "-XX:+AlwaysPreTouch",
                // As the launcher sets it; the other compiler takes tens of megabytes while it is at work.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        // Properties with which the backend finds its library.
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("tune4j.") || name.startsWith("org.bytedeco."))
                .filter(name -> !name.equals("tune4j.leakDetection"))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                MemoryWorkload.class.getName(),
                factory().getClass().getName(),
                String.valueOf(memoryIterations()),
                device().toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("ended").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        Matcher matcher = Pattern.compile("growth=(-?\\d+)").matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        assertThat(Long.parseLong(matcher.group(1)))
                .as("bytes that the process grew by in %d iterations", memoryIterations())
                .isLessThan(ALLOWED_GROWTH);
    }
}
