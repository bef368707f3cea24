package io.tune4j.backend.bytedeco;

import io.tune4j.api.tensor.DType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Masks of minus infinity over what lies in a query's future, made once. */
final class CausalMasks implements AutoCloseable {
    private record Key(int positions, int group, ScalarType type) {}

    private final MandatoryKernels kernels;
    private final Map<Key, Tensor> masks = new ConcurrentHashMap<>();

    CausalMasks(MandatoryKernels kernels) {
        this.kernels = kernels;
    }

    /**
     * {@code [positions * group, positions]}, owned by this: a position has {@code group} rows. The first rows and columns
     * are the mask of fewer positions.
     */
    Tensor future(int positions, int group, ScalarType type) {
        return masks.computeIfAbsent(new Key(positions, group, type), this::make);
    }

    private Tensor make(Key key) {
        int size = key.positions();
        try (Scalar minusInfinity = new Scalar(Double.NEGATIVE_INFINITY);
                Tensor full = kernels.newTensor(DType.FLOAT32, size, size)) {
            full.fill_(minusInfinity);
            try (Tensor upper = full.triu(1);
                    Tensor byPosition = upper.unsqueeze(1);
                    Tensor repeated = byPosition.repeat(1, key.group(), 1);
                    Tensor rows = repeated.view((long) size * key.group(), size)) {
                return rows.to(key.type());
            }
        }
    }

    @Override
    public void close() {
        masks.values().forEach(Pointer::close);
        masks.clear();
    }
}
