// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Masks of minus infinity over what lies in a query's future, made once. */
final class CausalMasks implements AutoCloseable {
    private record Key(int positions, int group, ScalarType type) {}

    private final Map<Key, Tensor> masks = new ConcurrentHashMap<>();

    /**
     * {@code [positions * group, positions]}, owned by this: a position has {@code group} rows. The first rows and columns are the mask of
     * fewer positions.
     *
     * @param like has the mask's dtype and device
     */
    Tensor future(int positions, int group, Tensor like) {
        Key key = new Key(positions, group, like.scalar_type().intern());
        return masks.computeIfAbsent(key, missing -> make(missing, like));
    }

    private static Tensor make(Key key, Tensor like) {
        int size = key.positions();
        try (Scalar minusInfinity = new Scalar(Double.NEGATIVE_INFINITY);
                Tensor full = like.new_empty(size, size)) {
            full.fill_(minusInfinity);
            try (Tensor upper = full.triu(1);
                    Tensor byPosition = upper.unsqueeze(1);
                    Tensor repeated = byPosition.repeat(1, key.group(), 1)) {
                return repeated.view((long) size * key.group(), size);
            }
        }
    }

    @Override
    public void close() {
        masks.values().forEach(Pointer::close);
        masks.clear();
    }
}
