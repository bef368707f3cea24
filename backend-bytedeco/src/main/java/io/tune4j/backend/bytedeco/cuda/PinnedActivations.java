// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.libtorch.LibtorchBackend;
import io.tune4j.backend.bytedeco.libtorch.Torch;
import io.tune4j.backend.bytedeco.libtorch.TorchArray;
import io.tune4j.backend.bytedeco.libtorch.TorchTypes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A GPU's activations in pinned host memory, copied while the GPU computes. On the way back, taking one begins the copy of the one that was
 * put before it, which is needed next. The host never waits: memory that a copy still reads or writes is kept until it has ended, or until
 * what computes has been told to wait for it.
 */
final class PinnedActivations implements ActivationStore {
    /** Memory that is held because it may still be read; then copies are waited for. */
    private static final int MOST_READ = 64;

    /** Tensors on their way out whose memory is still held; what computes then waits for the oldest. */
    private static final int MOST_LEAVING = 2;

    private final LibtorchBackend kernels;
    private final CopyQueue queue;
    private final HostMemory memory;
    private final List<Place> places = new ArrayList<>();
    private final Deque<Leaving> leaving = new ArrayDeque<>();
    private final Deque<Leaving> read = new ArrayDeque<>();
    private long current;
    private long most;

    /** Allocates memory for tensors that wait on the host. */
    interface HostMemory {
        Tensor allocate(DType dtype, long... shape);
    }

    /** Memory that a copy reads. */
    private record Leaving(CopyQueue.Copy copy, Tensor source) {
        void release() {
            copy.close();
            source.close();
        }
    }

    /**
     * On the kernels' device.
     *
     * @param queue closed with this
     */
    PinnedActivations(LibtorchBackend kernels, CopyQueue queue, HostMemory memory) {
        this.kernels = kernels;
        this.queue = queue;
        this.memory = memory;
    }

    private final class Place implements Stored {
        private final DType dtype;
        private final long[] shape;
        private final long bytes;
        private final Tensor host;
        private @Nullable Tensor arriving;
        private CopyQueue.@Nullable Copy arrival;

        Place(io.tune4j.api.tensor.Tensor tensor) {
            dtype = tensor.dtype();
            shape = tensor.shape();
            bytes = tensor.byteSize();
            host = memory.allocate(dtype, shape);
        }

        void arrive() {
            if (arriving == null) {
                Tensor target = kernels.newTensor(dtype, shape);
                arriving = target;
                arrival = queue.start(address(host), address(target), bytes);
            }
        }

        @Override
        public io.tune4j.api.tensor.Tensor take() {
            return Torch.call(() -> {
                if (!places.contains(this)) {
                    throw new IllegalStateException("activations were taken or dropped before");
                }
                arrive();
                CopyQueue.Copy copy = Objects.requireNonNull(arrival);
                Tensor target = Objects.requireNonNull(arriving);
                copy.beforeNext();
                arriving = null;
                arrival = null;
                read.add(new Leaving(copy, host));
                int place = remove();
                if (place > 0) {
                    places.get(place - 1).arrive();
                }
                return io.tune4j.api.tensor.Tensor.of(kernels, new TorchArray(target, dtype));
            });
        }

        @Override
        public void drop() {
            Torch.run(this::free);
        }

        private void free() {
            if (remove() < 0) {
                return;
            }
            if (arriving != null && arrival != null) {
                arrival.beforeNext();
                arriving.close();
                read.add(new Leaving(arrival, host));
            } else {
                // It may still be written: an empty copy marks the end of that write.
                read.add(new Leaving(queue.start(address(host), address(host), 0), host));
            }
        }

        /** Removes it; returns its former position, or -1. */
        private int remove() {
            int place = places.lastIndexOf(this);
            if (place >= 0) {
                places.remove(place);
                current -= bytes;
            }
            return place;
        }
    }

    private static long address(Tensor tensor) {
        return tensor.data_ptr().address();
    }

    /** Memory that the GPU reads and writes itself; the allocator keeps it for the next step. */
    static Tensor pinned(DType dtype, long... shape) {
        try (TensorOptions plain = TorchTypes.options(dtype, Device.CPU);
                BoolOptional yes = new BoolOptional(true);
                TensorOptions options = plain.pinned_memory(yes);
                MemoryFormatOptional format = new MemoryFormatOptional()) {
            return torch.empty(shape, options, format);
        }
    }

    @Override
    public Stored put(io.tune4j.api.tensor.Tensor tensor) {
        return Torch.call(() -> {
            releaseRead();
            Place place = new Place(tensor);
            Tensor source = Torch.raw(tensor).contiguous();
            leaving.add(new Leaving(queue.start(address(source), address(place.host), place.bytes), source));
            releaseLeft();
            places.add(place);
            current += place.bytes;
            most = Math.max(most, current);
            return place;
        });
    }

    /** Releases device memory that was copied to the host; above a limit, the device's later work waits for the oldest copy. */
    private void releaseLeft() {
        for (Leaving oldest = leaving.peek(); oldest != null; oldest = leaving.peek()) {
            if (leaving.size() > MOST_LEAVING) {
                oldest.copy.beforeNext();
            } else if (!oldest.copy.isDone()) {
                return;
            }
            leaving.remove().release();
        }
    }

    /** The host may write to memory only after it was read. */
    private void releaseRead() {
        if (read.size() > MOST_READ) {
            queue.finish();
        }
        for (Iterator<Leaving> all = read.iterator(); all.hasNext(); ) {
            Leaving next = all.next();
            if (!next.copy.isDone()) {
                return;
            }
            next.release();
            all.remove();
        }
    }

    @Override
    public String describe() {
        return "pinned host memory";
    }

    @Override
    public long mostBytes() {
        return most;
    }

    @Override
    public void close() {
        List.copyOf(places).forEach(Place::drop);
        queue.finish();
        leaving.forEach(Leaving::release);
        read.forEach(Leaving::release);
        leaving.clear();
        read.clear();
        queue.close();
    }
}
