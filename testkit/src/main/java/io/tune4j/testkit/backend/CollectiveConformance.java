// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Collective;
import io.tune4j.api.backend.Backend.Collective.Place;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The workers of a run, as threads with a backend each: what each sends reaches the others. */
abstract class CollectiveConformance extends BackendTestCase {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LITTLE = Duration.ofSeconds(2);

    /** Whether this backend reaches other workers. */
    protected abstract boolean reachesOthers();

    @Test
    final void oneWorkerReceivesWhatItSends() {
        try (Collective alone = backend().collective(new Place("127.0.0.1", 1, 0, 1, PATIENCE))) {
            Tensor sent = random(DType.FLOAT32, 1, 6);
            Tensor received = Tensor.zeros(backend(), DType.FLOAT32, 6);
            alone.distribute(sent, received, new long[] {6});
            assertThat(received.toFloats()).containsExactly(sent.toFloats());
            alone.gather(sent, received);
            assertThat(received.toFloats()).containsExactly(sent.toFloats());
            assertThat(alone.exchange(new byte[] {7})).containsExactly(new byte[] {7});
        }
    }

    @Test
    final void severalWorkersHearEachOther() throws Exception {
        assumeThat(reachesOthers()).isTrue();
        List<List<String>> heard = workers(3, PATIENCE, worker -> {
            List<String> words = new ArrayList<>();
            for (int round = 0; round < 4; round++) {
                String own = "worker " + worker.rank() + ", round " + round;
                worker.exchange(own.getBytes(StandardCharsets.UTF_8))
                        .forEach(message -> words.add(new String(message, StandardCharsets.UTF_8)));
            }
            return words;
        });
        assertThat(heard.get(0))
                .startsWith("worker 0, round 0", "worker 1, round 0", "worker 2, round 0", "worker 0, round 1");
        assertThat(heard).containsOnly(heard.get(0));
    }

    @Test
    final void arraysAreDistributedAndGatheredInTheOrderOfRanks() throws Exception {
        assumeThat(reachesOthers()).isTrue();
        for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
            List<List<double[]>> results = workers(3, PATIENCE, worker -> exchange(worker, dtype));
            for (int rank = 0; rank < 3; rank++) {
                // Each part is two times 16 w + 4 part + receiver.
                assertThat(results.get(rank).get(0))
                        .containsExactly(
                                rank, rank, 16 + rank, 16 + rank, 20 + rank, 20 + rank, 32 + rank, 32 + rank, 36 + rank,
                                36 + rank, 40 + rank, 40 + rank);
                assertThat(results.get(rank).get(1)).containsExactly(1, 1, 2, 2, 3, 3);
            }
        }
    }

    /** Worker w sends w + 1 parts to each; element values are small, so that bf16 represents them. */
    private List<double[]> exchange(Collective worker, DType dtype) {
        int own = worker.rank();
        int parts = own + 1;
        double[] sent = new double[3 * parts * 2];
        for (int receiver = 0; receiver < 3; receiver++) {
            for (int part = 0; part < parts; part++) {
                int place = (receiver * parts + part) * 2;
                sent[place] = 16 * own + 4 * part + receiver;
                sent[place + 1] = sent[place];
            }
        }
        List<double[]> results = new ArrayList<>();
        try (Backend backend = open(1);
                TensorScope scope = TensorScope.open()) {
            Tensor received = Tensor.zeros(backend, dtype, 12);
            worker.distribute(Tensor.ofDoubles(backend, dtype, sent, sent.length), received, new long[] {2, 4, 6});
            results.add(received.toDoubles());
            Tensor all = Tensor.zeros(backend, dtype, 6);
            worker.gather(Tensor.full(backend, own + 1, dtype, 2), all);
            results.add(all.toDoubles());
        }
        return results;
    }

    @Test
    final void whoIsSlowIsWaitedForAndWhoIsSilentIsNamed() throws Exception {
        assumeThat(reachesOthers()).isTrue();
        List<Long> waited = workers(2, LITTLE, worker -> {
            long start = System.nanoTime();
            if (worker.rank() == 1) {
                for (int i = 0; i < 40; i++) {
                    sleep(100);
                    worker.working();
                }
            }
            worker.exchange(new byte[0]);
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        });
        assertThat(waited.get(0)).isGreaterThan(LITTLE.toMillis());
        assertThatThrownBy(() -> workers(2, LITTLE, worker -> {
                    if (worker.rank() == 1) {
                        sleep(3 * LITTLE.toMillis());
                        return 0;
                    }
                    return worker.exchange(new byte[0]).size();
                }))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("worker 1 has not been heard of for 2 s");
    }

    @Test
    final void theReasonOfAWorkersEndReachesTheOthers() {
        assumeThat(reachesOthers()).isTrue();
        assertThatThrownBy(() -> workers(2, PATIENCE, worker -> {
                    if (worker.rank() == 1) {
                        worker.fail("no memory");
                        return 0;
                    }
                    return worker.exchange(new byte[0]).size();
                }))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("worker 1: no memory");
    }

    /** Runs several workers in a thread each; the first failure ends the test. */
    private <T> List<T> workers(int size, Duration patience, Function<Collective, T> work) {
        int port = freePort();
        ExecutorService threads = Executors.newFixedThreadPool(size);
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                int rank = i;
                futures.add(threads.submit(() -> {
                    try (Backend own = open(1);
                            Collective worker = own.collective(new Place("127.0.0.1", port, rank, size, patience))) {
                        return work.apply(worker);
                    }
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdown();
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
