// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;

/**
 * A call of an operation of ATen that the bindings do not declare: its arguments in the order of the schema, and then its results, which
 * take their place.
 */
public final class BoxedCall implements AutoCloseable {
    private final TorchWork work = new TorchWork();
    private final List<IValue> values = new ArrayList<>();

    /**
     * An operation of {@code native_functions.yaml}.
     *
     * @param overload the name after the point; empty for none
     */
    public static OperatorHandle operation(String name, String overload) {
        return Dispatcher.singleton().findSchemaOrThrow("aten::" + name, overload);
    }

    private BoxedCall add(IValue value) {
        values.add(work.keep(value));
        return this;
    }

    public BoxedCall add(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            add(new IValue(tensor));
        }
        return this;
    }

    public BoxedCall add(long value) {
        return add(new IValue(value));
    }

    public BoxedCall add(double value) {
        return add(new IValue(value));
    }

    public BoxedCall add(boolean value) {
        return add(new IValue(value));
    }

    public BoxedCall addNone(int count) {
        for (int i = 0; i < count; i++) {
            add(new IValue());
        }
        return this;
    }

    /** The results, which live as long as this call. */
    public IValueVector run(OperatorHandle operation) {
        IValueVector stack = work.keep(new IValueVector(values.toArray(new IValue[0])));
        operation.callBoxed(stack);
        return stack;
    }

    /** A result of its own, which the caller closes. */
    public static Tensor result(IValueVector stack, long index) {
        return new Tensor(stack.get(index).toTensor());
    }

    @Override
    public void close() {
        work.close();
    }
}
