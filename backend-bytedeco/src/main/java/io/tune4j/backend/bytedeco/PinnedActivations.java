package io.tune4j.backend.bytedeco;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import java.util.HashSet;
import java.util.Set;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * A GPU's activations in pinned host memory. Copies do not block the host and are made in the order of the stream that computes: a
 * tensor's memory is given to another only behind its copy, and what comes back is there before it is read, so no event is needed. They
 * do not overlap with kernels. The caching host allocator keeps the pinned memory for the next step.
 */
final class PinnedActivations implements ActivationStore {
    private final Set<Place> places = new HashSet<>();
    private long current;
    private long most;

    private final class Place implements Stored {
        private final MandatoryKernels kernels;
        private final DType dtype;
        private final long[] shape;
        private final org.bytedeco.pytorch.Tensor host;
        private final long bytes;

        Place(Tensor tensor) {
            kernels = (MandatoryKernels) tensor.kernels();
            dtype = tensor.dtype();
            shape = tensor.shape();
            bytes = tensor.byteSize();
            host = MandatoryKernels.call(() -> pinned(dtype, shape));
            MandatoryKernels.run(() -> host.copy_(MandatoryKernels.raw(tensor.array()), true));
        }

        @Override
        public Tensor take() {
            Tensor tensor = Tensor.empty(kernels, dtype, shape);
            MandatoryKernels.run(() -> MandatoryKernels.raw(tensor.array()).copy_(host, true));
            drop();
            return tensor;
        }

        /** The host allocator waits with the memory until the copies from and to it are done. */
        @Override
        public void drop() {
            if (places.remove(this)) {
                current -= bytes;
                host.close();
            }
        }
    }

    private static org.bytedeco.pytorch.Tensor pinned(DType dtype, long[] shape) {
        try (TensorOptions plain = TorchTypes.options(dtype, Device.CPU);
                BoolOptional yes = new BoolOptional(true);
                TensorOptions options = plain.pinned_memory(yes);
                MemoryFormatOptional format = new MemoryFormatOptional()) {
            return torch.empty(shape, options, format);
        }
    }

    @Override
    public Stored put(Tensor tensor) {
        Place place = new Place(tensor);
        places.add(place);
        current += place.bytes;
        most = Math.max(most, current);
        return place;
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
        Set.copyOf(places).forEach(Place::drop);
    }
}
