package io.tune4j.backend.bytedeco;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * FlashAttention 2 (Dao 2023) as ATen has it for GPUs from compute capability 8.0 on: {@code _flash_attention_forward} and {@code
 * _flash_attention_backward} of its {@code native_functions.yaml}, which the bindings do not declare.
 */
final class AtenFlashAttention implements FlashAttention.Operations {
    private static final OperatorHandle FORWARD =
            Dispatcher.singleton().findSchemaOrThrow("aten::_flash_attention_forward", "");
    private static final OperatorHandle BACKWARD =
            Dispatcher.singleton().findSchemaOrThrow("aten::_flash_attention_backward", "");

    /** Arguments in the order of the schema, and results, which take their place. */
    private static final class Call implements AutoCloseable {
        private final TorchWork work = new TorchWork();
        private final List<IValue> values = new ArrayList<>();

        Call add(Tensor... tensors) {
            for (Tensor tensor : tensors) {
                values.add(work.keep(new IValue(tensor)));
            }
            return this;
        }

        Call add(long value) {
            values.add(work.keep(new IValue(value)));
            return this;
        }

        Call add(double value) {
            values.add(work.keep(new IValue(value)));
            return this;
        }

        Call add(boolean value) {
            values.add(work.keep(new IValue(value)));
            return this;
        }

        Call addNone(int count) {
            for (int i = 0; i < count; i++) {
                values.add(work.keep(new IValue()));
            }
            return this;
        }

        IValueVector run(OperatorHandle operation) {
            IValueVector stack = work.keep(new IValueVector(values.toArray(new IValue[0])));
            operation.callBoxed(stack);
            return stack;
        }

        /** A result of its own, which the caller closes. */
        static Tensor result(IValueVector stack, long index) {
            return new Tensor(stack.get(index).toTensor());
        }

        @Override
        public void close() {
            work.close();
        }
    }

    @Override
    public FlashAttention.Forward forward(FlashAttention.Rows rows) {
        try (Call call = new Call()) {
            call.add(rows.queries(), rows.keys(), rows.values(), rows.starts(), rows.starts());
            // No dropout, causal, no mask to look at.
            call.add(rows.longest()).add(rows.longest()).add(0.0).add(true).add(false);
            // Window to the left and right, rows in use, slopes, block table, splits.
            IValueVector results = call.add(rows.scale()).addNone(6).run(FORWARD);
            return new FlashAttention.Forward(Call.result(results, 0), Call.result(results, 1));
        }
    }

    @Override
    public FlashAttention.Gradients backward(
            Tensor outputGradient, FlashAttention.Rows rows, Tensor output, Tensor logSumExp) {
        // Where random numbers begin, which only dropout asks for.
        try (Call call = new Call();
                Tensor noState = torch.empty(0)) {
            call.add(outputGradient, rows.queries(), rows.keys(), rows.values(), output, logSumExp);
            call.add(rows.starts(), rows.starts()).add(rows.longest()).add(rows.longest());
            call.add(0.0).add(true).add(noState, noState);
            IValueVector results = call.add(rows.scale()).addNone(2).run(BACKWARD);
            return new FlashAttention.Gradients(
                    Call.result(results, 0), Call.result(results, 1), Call.result(results, 2));
        }
    }
}
