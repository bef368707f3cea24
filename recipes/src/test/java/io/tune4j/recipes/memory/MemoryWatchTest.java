// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.backend.host.ProcessMemory.Resident;
import io.tune4j.api.error.MemoryException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MemoryWatchTest {
    private static final long MIB = 1L << 20;

    private final AtomicReference<Resident> resident = new AtomicReference<>(new Resident(10 * MIB, 500 * MIB));
    private final AtomicLong clock = new AtomicLong(-5);
    private final AtomicInteger looks = new AtomicInteger();
    private final MemoryWatch watch = new MemoryWatch(
            new MemoryLimit(100 * MIB, true, 1),
            () -> {
                looks.incrementAndGet();
                return resident.get();
            },
            clock::get);

    @Test
    void pagesOfFilesDoNotCount() {
        assertThatCode(watch::run).doesNotThrowAnyException();
        resident.set(new Resident(101 * MIB, 0));
        clock.addAndGet(100_000_000);
        assertThatThrownBy(watch::run)
                .isInstanceOf(MemoryException.class)
                .hasMessage("101.0 MiB of memory are taken, more than memory_limit=100.0 MiB");
        assertThat(watch.most()).isEqualTo(new Resident(101 * MIB, 500 * MIB));
        watch.forget();
        assertThat(watch.most()).isEqualTo(new Resident(101 * MIB, 0));
    }

    @Test
    void itLooksSomeTensOfTimesASecond() {
        for (int i = 0; i < 1000; i++) {
            watch.run();
            clock.addAndGet(1_000_000);
        }
        assertThat(looks.get()).isBetween(40, 60);
    }

    @Test
    void onceLiftedNothingIsStopped() {
        resident.set(new Resident(101 * MIB, 0));
        watch.lift();
        assertThatCode(watch::run).doesNotThrowAnyException();
    }
}
