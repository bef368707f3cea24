package io.tune4j.api.nn;

import io.tune4j.api.tensor.Tensor;

/** One or several projections of the same input, computed as one. */
public interface Linear extends AutoCloseable {
    /**
     * @param x {@code [T, in]}
     * @return {@code [T, sum of out]}, the projections' outputs side by side
     */
    Tensor forward(Tensor x, Pass pass);

    @Override
    void close();
}
