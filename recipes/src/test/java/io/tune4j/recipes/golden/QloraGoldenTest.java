// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.train.Optimizer;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.peft.qlora.QloraPlugin;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.recipes.testing.TestedBackend;
import io.tune4j.testkit.config.Sections;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** LoRA over four bits against a model whose projections were replaced by dequantized values: loss, logits, 20 steps. */
class QloraGoldenTest {
    private static final double TOLERANCE = 2e-5;

    @Test
    void lossLogitsAndCurveEqualTorchao() throws IOException {
        check("ao", "{_component_: nf4, scaler_block_size: 16}");
    }

    @Test
    void lossLogitsAndCurveEqualBitsandbytes() throws IOException {
        check("bnb", "{_component_: bnb_4bit}");
    }

    private static void check(String name, String format) throws IOException {
        JsonNode expected = new ObjectMapper()
                .readTree(Path.of("src/test/resources/golden/qlora.json").toFile())
                .at("/cases/" + name);
        GoldenFixture fixture = GoldenFixture.all().stream()
                .filter(each -> each.folder().endsWith("llama2_style"))
                .findFirst()
                .orElseThrow();
        try (Backend backend = TestedBackend.open()) {
            try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, "lora", format(format));
                    Optimizer optimizer = optimizer(fixture, backend, model)) {
                assertThat(model.loss(fixture.evaluationBatch(), false))
                        .isCloseTo(expected.get("loss").asDouble(), within(TOLERANCE));
                double[] logits = model.logits(fixture.evaluationBatch(), fixture.logitRows());
                double[] golden = GoldenFixture.doubles(expected.get("logits"));
                assertThat(logits).hasSameSizeAs(golden);
                for (int i = 0; i < golden.length; i++) {
                    assertThat(logits[i]).as("logit %s", i).isCloseTo(golden[i], within(TOLERANCE));
                }
                JsonNode curve = expected.at("/curve/loss");
                assertThat(curve.size()).isEqualTo(20);
                for (int step = 0; step < curve.size(); step++) {
                    int batch = fixture.expected().get("batch_order").get(step).asInt();
                    double loss = model.loss(fixture.batch(batch), true);
                    optimizer.step(1);
                    model.clearGradients();
                    assertThat(loss / curve.get(step).asDouble())
                            .as("loss of step %s", step)
                            .isCloseTo(1, within(2e-5));
                }
            }
            assertThat(LeakDetector.describeLive()).isEmpty();
        }
    }

    static WeightFormat format(String section) {
        ComponentRegistry registry = ComponentRegistry.of(List.of(new QloraPlugin()));
        return Objects.requireNonNull(
                registry.create(WeightFormat.class, Sections.of(section), new ComponentContext(registry, null, null)));
    }

    private static Optimizer optimizer(GoldenFixture fixture, Backend backend, GoldenModel model) {
        JsonNode options = fixture.expected().get("optimizer");
        return Readers.optimizer("{_component_: AdamW, lr: %s, betas: %s, eps: %s, weight_decay: %s}"
                        .formatted(
                                options.get("lr"),
                                options.get("betas"),
                                options.get("eps"),
                                options.get("weight_decay")))
                .create(backend, model.parameters());
    }
}
