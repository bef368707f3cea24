// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.recipes.testing.TestedBackend;
import io.tune4j.testkit.config.Sections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What sections of optimizers may say, and groups of parameters. */
class OptimizerOptionsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SGD       | {nesterov: True}                        | needs a momentum above 0",
                "SGD       | {momentum: 2}                           | momentum: expected a value from 0 to 1",
                "Lion      | {betas: [1, 2]}                         | betas: expected two numbers",
                "Adafactor | {eps: 1e-3}                             | expected two numbers of at least 0, or null",
                "Adafactor | {eps: [-1, 1]}                          | expected two numbers of at least 0, or null",
                "Adafactor | {relative_step: False}                  | this is torch.optim.Adafactor",
                "Adafactor | {beta2_decay: 0.8}                      | beta2_decay",
                "AdamW8bit | {block_wise: False}                     | quantized in blocks",
                "AdamW8bit | {percentile_clipping: 5}                | set clip_grad_norm",
                "AdamW8bit | {optim_bits: 32}                        | for the other write AdamW",
                "AdamW     | {optim_bits: 8}                         | for the other write AdamW8bit",
                "CPUOffloadOptimizer | {optimizer_class: torch.optim.AdamV} | did you mean",
                "CPUOffloadOptimizer | {optimizer_class: CPUOffloadOptimizer} | there is no optimizer"
            })
    void wrongOptionsAreProblems(String name, String yaml, String message) {
        ConfigReader reader = Sections.of(yaml);
        Optimizers.all().stream()
                .filter(factory -> factory.name().equals(name))
                .findFirst()
                .orElseThrow()
                .create(reader, Readers.context());
        assertThat(reader.problems().all().toString()).contains(message);
    }

    /** With a gradient of one each parameter is moved by its rate, by gradient descent and by AdamW's first update. */
    @ParameterizedTest
    @ValueSource(strings = {"_component_: SGD", "_component_: AdamW, weight_decay: 0, eps: 0"})
    void eachGroupHasItsOwnRate(String optimizerOptions) {
        OptimizerProvider provider = Readers.optimizer("{" + optimizerOptions + ", lr: 0.01}");
        try (Backend backend = TestedBackend.open();
                Parameter a = zeros(backend, "q_proj.lora_A", 2, 3);
                Parameter b = zeros(backend, "q_proj.lora_B", 3, 2);
                Parameter magnitude = zeros(backend, "q_proj.lora_magnitude_vector", 3);
                Optimizer optimizer = provider.createForGroups(
                        backend,
                        List.of(new ParameterGroup(List.of(a), 1), new ParameterGroup(List.of(b, magnitude), 16)));
                TensorScope scope = TensorScope.open()) {
            for (Parameter parameter : List.of(a, b, magnitude)) {
                parameter.accumulate(
                        Tensor.full(backend, 1, DType.FLOAT32, parameter.value().shape()));
            }
            optimizer.step(0.5);
            assertThat(a.value().toDoubles()[0]).isCloseTo(-0.005, within(1e-8));
            assertThat(b.value().toDoubles()[0]).isCloseTo(-0.08, within(1e-8));
            assertThat(magnitude.value().toDoubles()[0]).isCloseTo(-0.08, within(1e-8));
        }
    }

    private static Parameter zeros(Backend backend, String name, long... shape) {
        Parameter.Role role = name.endsWith("lora_A")
                ? Parameter.Role.INPUT_FACTOR
                : name.endsWith("lora_B") ? Parameter.Role.OUTPUT_FACTOR : Parameter.Role.OTHER;
        return new Parameter(name, Tensor.zeros(backend, DType.FLOAT32, shape), role);
    }
}
