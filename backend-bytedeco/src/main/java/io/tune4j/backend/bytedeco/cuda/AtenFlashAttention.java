// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import io.tune4j.backend.bytedeco.libtorch.BoxedCall;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * FlashAttention 2 (Dao 2023) as ATen has it for GPUs from compute capability 8.0 on: {@code _flash_attention_forward} and {@code
 * _flash_attention_backward} of its {@code native_functions.yaml}, which the bindings do not declare.
 */
public final class AtenFlashAttention implements FlashAttention.Operations {
    private static final OperatorHandle FORWARD = BoxedCall.operation("_flash_attention_forward", "");
    private static final OperatorHandle BACKWARD = BoxedCall.operation("_flash_attention_backward", "");

    @Override
    public FlashAttention.Forward forward(FlashAttention.Rows rows) {
        try (BoxedCall call = new BoxedCall()) {
            call.add(rows.queries(), rows.keys(), rows.values(), rows.starts(), rows.starts());
            // No dropout, causal, no mask to look at.
            call.add(rows.longest()).add(rows.longest()).add(0.0).add(true).add(false);
            // Window to the left and right, rows in use, slopes, block table, splits.
            IValueVector results = call.add(rows.scale()).addNone(6).run(FORWARD);
            return new FlashAttention.Forward(BoxedCall.result(results, 0), BoxedCall.result(results, 1));
        }
    }

    @Override
    public FlashAttention.Gradients backward(
            Tensor outputGradient, FlashAttention.Rows rows, Tensor output, Tensor logSumExp) {
        // Where random numbers begin, which only dropout asks for.
        try (BoxedCall call = new BoxedCall();
                Tensor noState = torch.empty(0)) {
            call.add(outputGradient, rows.queries(), rows.keys(), rows.values(), output, logSumExp);
            call.add(rows.starts(), rows.starts()).add(rows.longest()).add(rows.longest());
            call.add(0.0).add(true).add(noState, noState);
            IValueVector results = call.add(rows.scale()).addNone(2).run(BACKWARD);
            return new FlashAttention.Gradients(
                    BoxedCall.result(results, 0), BoxedCall.result(results, 1), BoxedCall.result(results, 2));
        }
    }
}
