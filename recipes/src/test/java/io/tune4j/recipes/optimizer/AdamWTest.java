// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import io.tune4j.backend.bytedeco.BytedecoBackendFactory;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.testkit.config.Sections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdamWTest {
    /** Algorithm 2 of Loshchilov and Hutter 2019, written out, over a hundred steps of changing rates. */
    @Test
    void followsThePaper() {
        double[] expected = {0.5, -1, 2};
        double[] mean = new double[3];
        double[] variance = new double[3];
        try (Backend backend = backend();
                Parameter parameter = parameter(backend, expected.clone());
                Optimizer optimizer = Readers.optimizer("{lr: 0.01, betas: [0.8, 0.95], eps: 1e-6, weight_decay: 0.1}")
                        .create(backend, List.of(parameter))) {
            for (int t = 1; t <= 100; t++) {
                double factor = 1.0 / t + 0.5;
                double[] gradient = {Math.sin(t), 0.3 * t % 1 - 0.5, 1e-3};
                try (TensorScope scope = TensorScope.open()) {
                    parameter.accumulate(Tensor.ofDoubles(backend, DType.FLOAT32, gradient, 3));
                }
                optimizer.step(factor);
                parameter.clearGradient();
                for (int i = 0; i < 3; i++) {
                    double rate = 0.01 * factor;
                    double g = (float) gradient[i];
                    mean[i] = 0.8 * mean[i] + 0.2 * g;
                    variance[i] = 0.95 * variance[i] + 0.05 * g * g;
                    double first = mean[i] / (1 - Math.pow(0.8, t));
                    double second = variance[i] / (1 - Math.pow(0.95, t));
                    expected[i] -= rate * (first / (Math.sqrt(second) + 1e-6) + 0.1 * expected[i]);
                }
            }
            try (TensorScope scope = TensorScope.open()) {
                double[] actual = parameter.value().toDoubles();
                for (int i = 0; i < 3; i++) {
                    assertThat(actual[i]).isCloseTo(expected[i], within(2e-5));
                }
            }
        }
    }

    @Test
    void aStateOfAnotherModelIsRefused() {
        try (Backend backend = backend();
                Parameter parameter = parameter(backend, new double[3]);
                Optimizer optimizer = Readers.optimizer("{lr: 0.01}").create(backend, List.of(parameter));
                TensorScope scope = TensorScope.open()) {
            Tensor short0 = Tensor.zeros(backend, DType.FLOAT32, 2);
            assertThatThrownBy(() -> optimizer.restore(3, Map.of("p.exp_avg", short0, "other", short0)))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("p.exp_avg is [2], needed [3]")
                    .hasMessageContaining("p.exp_avg_sq is missing")
                    .hasMessageContaining("other belongs to nothing");
        }
    }

    @Test
    void wrongOptionsAreProblems() {
        ConfigReader reader = Sections.of("{lr: -1, betas: [0.9], amsgrad: True, eps: x}");
        AdamWFactory.all().get(0).create(reader, Readers.context());
        assertThat(reader.problems().all().toString()).contains("lr", "betas", "AMSGrad", "eps: expected a number");
    }

    private static Backend backend() {
        return new BytedecoBackendFactory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}));
    }

    private static Parameter parameter(Backend backend, double[] values) {
        return new Parameter("p", Tensor.ofDoubles(backend, DType.FLOAT32, values, values.length));
    }
}
