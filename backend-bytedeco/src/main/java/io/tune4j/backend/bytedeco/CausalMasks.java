package io.tune4j.backend.bytedeco;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Square masks of minus infinity above the diagonal, made once per size. */
final class CausalMasks implements AutoCloseable {
    private record Key(int size, ScalarType type) {}

    private final MandatoryKernels kernels;
    private final Map<Key, Tensor> masks = new ConcurrentHashMap<>();

    CausalMasks(MandatoryKernels kernels) {
        this.kernels = kernels;
    }

    /** {@code [size, size]}, owned by this. */
    Tensor future(int size, ScalarType type) {
        return masks.computeIfAbsent(new Key(size, type), key -> make(size, type));
    }

    private Tensor make(int size, ScalarType type) {
        try (Scalar minusInfinity = new Scalar(Double.NEGATIVE_INFINITY);
                Tensor full = kernels.newTensor(io.tune4j.api.tensor.DType.FLOAT32, size, size)) {
            full.fill_(minusInfinity);
            try (Tensor upper = full.triu(1)) {
                return upper.to(type);
            }
        }
    }

    @Override
    public void close() {
        masks.values().forEach(Pointer::close);
        masks.clear();
    }
}
