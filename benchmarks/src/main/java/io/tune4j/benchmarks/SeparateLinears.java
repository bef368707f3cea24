// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes projections that read the same input as a product each, whose outputs are copied side by side. */
record SeparateLinears(LinearFactory factory) implements LinearFactory {
    @Override
    public Linear create(List<Projection> projections) {
        return projections.size() == 1
                ? factory.create(projections)
                : new Separate(
                        projections, projections.stream().map(factory::create).toList());
    }

    private record Separate(List<Projection> projections, List<Linear> linears) implements Linear {
        @Override
        public Tensor forward(Tensor x, Pass pass) {
            try (TensorScope scope = TensorScope.open()) {
                List<Tensor> outputs = new ArrayList<>();
                for (Linear linear : linears) {
                    outputs.add(linear.forward(x, pass));
                }
                Tensor y = Tensor.concatenate(1, outputs);
                Tape tape = pass.tape();
                tape.record(
                        y,
                        (dy, gradients) -> {
                            long column = 0;
                            for (int i = 0; i < outputs.size(); i++) {
                                long width = projections.get(i).outFeatures();
                                if (gradients.wants(outputs.get(i))) {
                                    gradients.add(
                                            outputs.get(i),
                                            dy.narrow(1, column, width).contiguous());
                                }
                                column += width;
                            }
                        },
                        outputs.toArray(Tensor[]::new));
                return scope.escape(y);
            }
        }

        @Override
        public @Nullable FrozenLinear frozen() {
            return null;
        }

        @Override
        public void close() {
            linears.forEach(Linear::close);
        }
    }
}
