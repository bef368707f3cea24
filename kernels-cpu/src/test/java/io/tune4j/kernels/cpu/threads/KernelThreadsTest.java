// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class KernelThreadsTest {
    @Test
    void everyPartRunsOnce() {
        try (KernelThreads threads = new KernelThreads(3, () -> {})) {
            for (int round = 0; round < 200; round++) {
                AtomicIntegerArray counts = new AtomicIntegerArray(100);
                threads.each(100, i -> {
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
        try (KernelThreads threads = new KernelThreads(3, () -> {})) {
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
        try (KernelThreads threads = new KernelThreads(1, () -> {})) {
            List<Long> counts = new ArrayList<>();
            RowParts.each(threads, 4097, 4096, (start, count) -> counts.add(count));
            assertThat(counts).containsExactly(4097L);
        }
    }

    @Test
    void partsAreEvenAndCoverAllRows() {
        try (KernelThreads threads = new KernelThreads(3, () -> {})) {
            for (long rows : new long[] {1, 2, 3, 700, 4097}) {
                AtomicIntegerArray counts = new AtomicIntegerArray((int) rows);
                RowParts.each(threads, rows, 4096, (start, count) -> {
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
        try (KernelThreads threads = new KernelThreads(3, () -> {})) {
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
