package io.tune4j.api.nn;

import io.tune4j.api.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** One or several projections of the same input, computed as one. */
public interface Linear extends AutoCloseable {
    /**
     * @param x {@code [T, in]}
     * @return {@code [T, sum of out]}, the projections' outputs side by side
     */
    Tensor forward(Tensor x, Pass pass);

    /**
     * The frozen part, for models that also use its weight otherwise, such as an embedding tied to the output
     * projection; null if there is none.
     */
    default @Nullable FrozenLinear frozen() {
        return null;
    }

    @Override
    void close();
}
