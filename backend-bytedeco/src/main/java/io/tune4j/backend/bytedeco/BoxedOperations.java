package io.tune4j.backend.bytedeco;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;

/** Operations of ATen that the bindings do not declare, called through the dispatcher. */
final class BoxedOperations {
    private static final OperatorHandle SOFTMAX_BACKWARD =
            Dispatcher.singleton().findSchemaOrThrow("aten::_softmax_backward_data", "out");

    private BoxedOperations() {}

    /**
     * {@code target = output * (gradient - sum(gradient * output))} over the last dimension, in one pass with fp32 sums.
     *
     * @param scalarType libtorch's number of the dtype of all three
     */
    static void softmaxBackward(Tensor gradient, Tensor output, int scalarType, Tensor target) {
        try (IValue first = new IValue(gradient);
                IValue second = new IValue(output);
                IValue dimension = new IValue(-1L);
                IValue dtype = new IValue((long) scalarType);
                IValue out = new IValue(target);
                IValueVector stack = new IValueVector(first, second, dimension, dtype, out)) {
            SOFTMAX_BACKWARD.callBoxed(stack);
        }
    }
}
