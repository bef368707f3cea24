// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.recipes.testing.TestedBackend;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The golden training curves with states of less than 32 bits. Dettmers et al. 2022 train to the results of 32-bit states with unchanged
 * hyperparameters; here every loss of twenty steps is within a percent of the fp32 state's, and on average within two
 * thousandths. Every matrix is quantized, although usually ones as small as these are not.
 */
class EightBitCurveTest {
    static Stream<Arguments> cases() {
        return LoraGoldenTest.adapterCases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theCurveIsThatOfFullState(GoldenFixture fixture, String caseName) {
        JsonNode curve = fixture.adapterCase(caseName).get("curve").get("loss");
        JsonNode numbers = fixture.expected().get("optimizer");
        String options = "{_component_: AdamW8bit, min_8bit_size: 0, lr: %s, betas: %s, eps: %s, weight_decay: %s}"
                .formatted(numbers.get("lr"), numbers.get("betas"), numbers.get("eps"), numbers.get("weight_decay"));
        try (Backend backend = TestedBackend.open()) {
            double sum = 0;
            try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName);
                    Optimizer optimizer = Readers.optimizer(options).create(backend, model.parameters())) {
                for (int step = 0; step < curve.size(); step++) {
                    int batch = fixture.expected().get("batch_order").get(step).asInt();
                    double ratio = model.loss(fixture.batch(batch), true)
                            / curve.get(step).asDouble();
                    optimizer.step(1);
                    model.clearGradients();
                    sum += Math.abs(ratio - 1);
                    assertThat(ratio).as("loss of step %s", step).isCloseTo(1, within(0.01));
                }
            }
            assertThat(sum / curve.size()).as("mean deviation").isLessThan(2e-3);
            assertThat(LeakDetector.describeLive()).isEmpty();
        }
    }
}
