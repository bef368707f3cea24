// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;

/** Operations of ATen that the bindings do not declare, called through the dispatcher. */
final class BoxedOperations {
    private static final OperatorHandle SOFTMAX_BACKWARD = BoxedCall.operation("_softmax_backward_data", "out");

    private BoxedOperations() {}

    /**
     * {@code target = output * (gradient - sum(gradient * output))} over the last dimension, in one pass with fp32 sums.
     *
     * @param scalarType libtorch's number of the dtype of all three
     */
    static void softmaxBackward(Tensor gradient, Tensor output, int scalarType, Tensor target) {
        try (BoxedCall call = new BoxedCall()) {
            call.add(gradient, output)
                    .add(-1)
                    .add((long) scalarType)
                    .add(target)
                    .run(SOFTMAX_BACKWARD);
        }
    }
}
