// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineChoiceTest {
    private static final Arithmetic MACHINE = new Arithmetic("Vendor 25 17", "avx2", 2, Map.of());

    @TempDir
    private Path cache;

    private final AtomicInteger measured = new AtomicInteger();

    /** An engine that multiplies nothing: what is chosen is under test. */
    private record Named(String name) implements ProductEngine {
        @Override
        public boolean supports(DType dtype) {
            return true;
        }

        @Override
        public boolean takes(Tensor target, Tensor a, Tensor b, double beta) {
            return true;
        }

        @Override
        public void into(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
            throw new UnsupportedOperationException("only the choice is tested");
        }
    }

    private EngineChoice choice(Arithmetic machine, String fastest) {
        return new EngineChoice(
                List.of(new Named("own"), new Named("libtorch")),
                new EngineCache(cache, notice -> {}),
                machine,
                "libtorch.jar",
                (engines, dtype) -> {
                    measured.incrementAndGet();
                    Map<ProductKind, Map<String, Double>> rates = new EnumMap<>(ProductKind.class);
                    for (ProductKind kind : ProductKind.values()) {
                        rates.put(kind, Map.of("own", 100.0, "libtorch", fastest.equals("own") ? 50.0 : 200.0));
                    }
                    return new EngineRates(rates);
                });
    }

    private static String dense(EngineChoice choice) {
        return choice.engine(DType.FLOAT32, ProductKind.DENSE).name();
    }

    @Test
    void aChoiceIsRepeatedAlthoughAnotherEngineIsNowFaster() {
        EngineChoice first = choice(MACHINE, "libtorch");
        assertThat(dense(first)).isEqualTo("libtorch");

        EngineChoice second = choice(new Arithmetic("Vendor 25 17", "avx2", 2, Map.of()), "own");
        assertThat(second.repeat(first.arithmetic())).isTrue();
        assertThat(dense(second)).isEqualTo("libtorch");
        assertThat(second.arithmetic()).isEqualTo(first.arithmetic());
    }

    @Test
    void anotherProcessorRepeatsTheEnginesAndSaysThatBitsMayDiffer() {
        EngineChoice first = choice(MACHINE, "libtorch");
        dense(first);
        for (Arithmetic other : List.of(
                new Arithmetic("Vendor 26 2", "avx2", 2, Map.of()),
                new Arithmetic("Vendor 25 17", "avx512", 2, Map.of()),
                new Arithmetic("Vendor 25 17", "avx2", 4, Map.of()))) {
            EngineChoice second = choice(other, "own");
            assertThat(second.repeat(first.arithmetic())).as("%s", other).isFalse();
            assertThat(dense(second)).isEqualTo("libtorch");
        }
    }

    @Test
    void anEngineThatIsNotHereIsNotRepeated() {
        Map<String, String> engines = Map.of("fp32.dense", "other", "fp32.thin", "own", "fp32.tall", "own");
        EngineChoice choice = choice(MACHINE, "libtorch");
        assertThat(choice.repeat(new Arithmetic("Vendor 25 17", "avx2", 2, engines)))
                .isFalse();
        assertThat(dense(choice)).isEqualTo("libtorch");
    }

    @Test
    void twoFirstStartsAtOnceMeasureOnceAndChooseAlike() throws Exception {
        int starts = 2;
        CountDownLatch together = new CountDownLatch(starts);
        ExecutorService threads = Executors.newFixedThreadPool(starts);
        try {
            List<Future<String>> chosen = new ArrayList<>();
            for (String fastest : List.of("own", "libtorch")) {
                Callable<String> start = () -> {
                    EngineChoice choice = choice(MACHINE, fastest);
                    together.countDown();
                    together.await();
                    return dense(choice);
                };
                chosen.add(threads.submit(start));
            }
            assertThat(chosen.get(0).get()).isEqualTo(chosen.get(1).get());
            assertThat(measured).hasValue(1);
        } finally {
            threads.shutdownNow();
        }
    }
}
