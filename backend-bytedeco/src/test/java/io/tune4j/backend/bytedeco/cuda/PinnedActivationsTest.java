// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.autograd.ActivationStore.Stored;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.TestBackends;
import io.tune4j.backend.bytedeco.cpu.CpuBackend;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With a queue that copies as late as it may: memory that is given back too early has other content by then. */
class PinnedActivationsTest {
    private final LateQueue queue = new LateQueue();
    private CpuBackend backend;
    private PinnedActivations store;
    private TensorScope scope;

    /** Copies when somebody waits. */
    private static final class LateQueue implements CopyQueue {
        private final List<Late> begun = new ArrayList<>();
        private int done;

        private final class Late implements Copy {
            private final int number = begun.size();
            private final Pointer source;
            private final Pointer target;
            private final long bytes;

            Late(long source, long target, long bytes) {
                this.source = new Place(source);
                this.target = new Place(target);
                this.bytes = bytes;
            }

            @Override
            public boolean isDone() {
                return number < done;
            }

            @Override
            public void beforeNext() {
                for (; done <= number; done++) {
                    Late next = begun.get(done);
                    Pointer.memcpy(next.target, next.source, next.bytes);
                }
            }

            @Override
            public void close() {
                assertThat(isDone())
                        .as("memory of copy %d is given back", number)
                        .isTrue();
            }
        }

        private static final class Place extends Pointer {
            Place(long address) {
                this.address = address;
            }
        }

        @Override
        public Copy start(long source, long target, long bytes) {
            Late copy = new Late(source, target, bytes);
            begun.add(copy);
            return copy;
        }

        @Override
        public void finish() {
            if (!begun.isEmpty()) {
                begun.get(begun.size() - 1).beforeNext();
            }
        }

        @Override
        public void close() {
            finish();
        }
    }

    @BeforeEach
    void open() {
        backend = TestBackends.usual(1);
        store = new PinnedActivations(backend, queue, (dtype, shape) -> {
            assertThat(dtype).isEqualTo(DType.FLOAT32);
            return torch.empty(shape);
        });
        scope = TensorScope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        store.close();
        backend.close();
    }

    private Stored put(int seed) {
        try (Tensor tensor = Tensor.uniform(backend, seed, DType.FLOAT32, 64, 1024)) {
            return store.put(tensor);
        }
    }

    private void assertTakes(Stored stored, int seed) {
        try (Tensor taken = stored.take();
                Tensor same = Tensor.uniform(backend, seed, DType.FLOAT32, 64, 1024)) {
            assertThat(taken.toFloats()).isEqualTo(same.toFloats());
        }
    }

    @Test
    void layersComeBackInReverse() {
        for (int step = 0; step < 3; step++) {
            List<Stored> layers = new ArrayList<>();
            for (int layer = 0; layer < 8; layer++) {
                layers.add(put(layer));
            }
            for (int layer = 7; layer >= 0; layer--) {
                assertTakes(layers.get(layer), layer);
            }
        }
        assertThat(store.mostBytes()).isEqualTo(8 * 64 * 1024 * 4);
    }

    @Test
    void takingOneBeginsToBringTheOneBefore() {
        Stored first = put(1);
        Stored second = put(2);
        assertTakes(second, 2);
        int begun = queue.begun.size();
        assertThat(begun).as("out, out, in, and one ahead").isEqualTo(4);
        assertTakes(first, 1);
        assertThat(queue.begun).as("it was on its way").hasSize(begun);
    }

    @Test
    void anyOrderAndDrops() {
        Stored first = put(1);
        Stored second = put(2);
        Stored third = put(3);
        assertTakes(first, 1);
        third.drop();
        third.drop();
        Stored fourth = put(4);
        assertTakes(second, 2);
        second.drop();
        assertTakes(fourth, 4);
        put(5);
    }

    @Test
    void matricesByColumns() {
        try (Tensor tensor = Tensor.uniform(backend, 1, DType.FLOAT32, 16, 4);
                Tensor transposed = tensor.transposed();
                Tensor taken = store.put(transposed).take()) {
            assertThat(taken.toFloats()).isEqualTo(transposed.toFloats());
        }
    }
}
