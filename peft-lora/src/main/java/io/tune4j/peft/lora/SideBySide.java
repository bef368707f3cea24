// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Gradients;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;

/** Projections of one input that cannot be computed as one, their outputs side by side; saves nothing itself. */
final class SideBySide implements Linear {
    private final List<Linear> parts;

    /** @param parts taken over */
    SideBySide(List<Linear> parts) {
        this.parts = List.copyOf(parts);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            List<Tensor> outputs =
                    parts.stream().map(part -> part.forward(x, pass)).toList();
            long[] widths = outputs.stream().mapToLong(output -> output.size(1)).toArray();
            Tensor y = Tensor.concatenate(1, outputs);
            pass.tape().record(y, (dy, gradients) -> backward(dy, outputs, widths, gradients));
            return scope.escape(y);
        }
    }

    private static void backward(Tensor dy, List<Tensor> outputs, long[] widths, Gradients gradients) {
        long column = 0;
        for (int i = 0; i < widths.length; i++) {
            if (gradients.wants(outputs.get(i))) {
                // A copy: a part may overwrite the gradient it is given, and others may hold dy.
                gradients.add(outputs.get(i), dy.narrow(1, column, widths[i]).copy());
            }
            column += widths[i];
        }
    }

    @Override
    public void close() {
        parts.forEach(Linear::close);
    }
}
