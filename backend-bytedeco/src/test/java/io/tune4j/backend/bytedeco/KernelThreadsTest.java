package io.tune4j.backend.bytedeco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Parts on several threads give what one thread gives. */
class KernelThreadsTest {
    private static final AttentionShape SHAPE = new AttentionShape(6, 2, 8);
    private static final int ROWS = 700;

    private BytedecoBackend one;
    private BytedecoBackend three;

    @BeforeEach
    void open() {
        Native.load();
        HostProcessor processor = new HostProcessor(Set.of("avx2"), 1);
        one = new BytedecoBackend(processor, 1);
        three = new BytedecoBackend(processor, 3);
    }

    @AfterEach
    void close() {
        three.close();
        one.close();
    }

    private static void assertSame(
            Function<BytedecoBackend, List<Tensor>> kernel, BytedecoBackend a, BytedecoBackend b, DType dtype) {
        try (TensorScope scope = TensorScope.open()) {
            List<Tensor> expected = kernel.apply(a);
            List<Tensor> actual = kernel.apply(b);
            for (int i = 0; i < expected.size(); i++) {
                float[] exact = expected.get(i).cast(DType.FLOAT32).toFloats();
                float[] found = actual.get(i).cast(DType.FLOAT32).toFloats();
                assertThat(found).hasSameSizeAs(exact);
                float unit = dtype == DType.BFLOAT16 ? 1f / 128 : 1e-5f;
                for (int k = 0; k < found.length; k++) {
                    assertThat(found[k]).isCloseTo(exact[k], Offset.offset(unit * Math.max(1, Math.abs(exact[k]))));
                }
            }
        }
    }

    private static Tensor random(BytedecoBackend backend, long seed, DType dtype, long... shape) {
        return Tensor.uniform(backend, seed, DType.FLOAT32, shape).plus(-0.5).cast(dtype);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "BFLOAT16"})
    void kernelsOfRows(DType dtype) {
        assertSame(
                backend -> {
                    List<Tensor> results = new ArrayList<>();
                    Tensor x = random(backend, 1, dtype, ROWS, 640);
                    Tensor weight = random(backend, 2, dtype, 640);
                    Normalized normalized = backend.rmsNorm(x, weight, 1e-5);
                    results.add(normalized.output());
                    results.add(normalized.inverseRms());
                    Tensor dy = random(backend, 3, dtype, ROWS, 640);
                    results.add(backend.rmsNormBackward(dy, x, weight, normalized.inverseRms()));
                    results.add(backend.swiGlu(x));
                    results.add(backend.swiGluBackward(random(backend, 4, dtype, ROWS, 320), x));
                    Tensor fused = random(backend, 5, dtype, ROWS, SHAPE.fusedSize());
                    backend.rotaryInPlace(
                            fused, random(backend, 6, dtype, ROWS, 4), random(backend, 7, dtype, ROWS, 4), SHAPE, true);
                    results.add(fused);
                    return results;
                },
                one,
                three,
                dtype);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "BFLOAT16"})
    void attention(DType dtype) {
        for (SequenceLayout layout : List.of(
                SequenceLayout.ofLengths(ROWS),
                SequenceLayout.ofLengths(300, 1, 399),
                SequenceLayout.ofLengths(50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 100))) {
            assertSame(
                    backend -> {
                        Tensor fused = random(backend, 1, dtype, ROWS, SHAPE.fusedSize());
                        Attended attended = backend.attention(fused, layout, SHAPE);
                        Tensor dy = random(backend, 2, dtype, ROWS, SHAPE.querySize());
                        return List.of(
                                attended.output(), backend.attentionBackward(dy, fused, attended, layout, SHAPE));
                    },
                    one,
                    three,
                    dtype);
        }
    }

    @Test
    void everyPartRunsOnceWithOneThreadOfLibtorch() {
        torch.set_num_threads(1);
        try (KernelThreads threads = new KernelThreads(3)) {
            for (int round = 0; round < 200; round++) {
                AtomicIntegerArray counts = new AtomicIntegerArray(100);
                threads.each(100, i -> {
                    assertThat(torch.get_num_threads())
                            .as("libtorch's threads inside a part")
                            .isEqualTo(1);
                    counts.incrementAndGet(i);
                });
                for (int i = 0; i < 100; i++) {
                    assertThat(counts.get(i)).as("part %d", i).isEqualTo(1);
                }
                if (round % 50 == 0) {
                    // Long enough for the others to fall asleep.
                    sleep();
                }
            }
        }
    }

    @Test
    void aPartThatIsACallerAndASecondCallerWorkAlone() throws InterruptedException {
        try (KernelThreads threads = new KernelThreads(3)) {
            AtomicIntegerArray counts = new AtomicIntegerArray(40);
            Runnable outer = () -> threads.each(4, i -> threads.each(10, k -> counts.incrementAndGet(10 * i + k)));
            Thread second = new Thread(outer);
            second.start();
            outer.run();
            second.join();
            for (int i = 0; i < 40; i++) {
                assertThat(counts.get(i)).as("part %d", i).isEqualTo(2);
            }
        }
    }

    @Test
    void oneThreadTakesAllRowsAtOnce() {
        try (KernelThreads threads = new KernelThreads(1)) {
            List<Long> counts = new ArrayList<>();
            threads.rows(4097, 4096, (start, count, work) -> counts.add(count));
            assertThat(counts).containsExactly(4097L);
        }
    }

    @Test
    void partsAreEvenAndCoverAllRows() {
        try (KernelThreads threads = new KernelThreads(3)) {
            for (long rows : new long[] {1, 2, 3, 700, 4097}) {
                AtomicIntegerArray counts = new AtomicIntegerArray((int) rows);
                threads.rows(rows, 4096, (start, count, work) -> {
                    for (long i = start; i < start + count; i++) {
                        counts.incrementAndGet((int) i);
                    }
                });
                for (int i = 0; i < rows; i++) {
                    assertThat(counts.get(i)).as("row %d of %d", i, rows).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void aFailureOfAnyThreadReachesTheCaller() {
        try (KernelThreads threads = new KernelThreads(3)) {
            Thread caller = Thread.currentThread();
            assertThatThrownBy(() -> threads.each(50, i -> {
                        if (Thread.currentThread() != caller) {
                            throw new IllegalStateException("in a part");
                        }
                        sleep();
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("in a part");
            assertThatThrownBy(() -> threads.each(50, i -> {
                        if (Thread.currentThread() == caller) {
                            throw new IllegalStateException("in the caller's part");
                        }
                        sleep();
                    }))
                    .hasMessage("in the caller's part");
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
