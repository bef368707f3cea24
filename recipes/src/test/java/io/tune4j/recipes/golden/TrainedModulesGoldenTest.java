// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.recipes.testing.TestedBackend;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that are trained beside LoRA, against peft 0.21; {@code scripts/golden/trained_modules.py} made the files. */
class TrainedModulesGoldenTest {
    private static final Path PEFT = Path.of("src/test/resources/peft");
    private static final GoldenFixture BASE = GoldenFixture.read(Path.of("src/test/resources/golden/llama2_style"));

    private static Backend backend;

    @BeforeAll
    static void openBackend() {
        backend = TestedBackend.open();
    }

    @AfterAll
    static void closeBackend() {
        backend.close();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"modules", "tokens"})
    void lossesAndFilesEqualPefts(String name, @TempDir Path folder) {
        JsonNode expected = GoldenFixture.json(PEFT.resolve(name).resolve("expected.json"));
        RaggedBatch batch = GoldenFixture.batch(expected);
        double rate = expected.get("rate").asDouble();
        try (GoldenModel model = GoldenModel.loaded(
                backend, DType.FLOAT32, BASE, PEFT.resolve(name).resolve("initial"))) {
            for (JsonNode golden : expected.get("loss")) {
                double loss = model.loss(batch, true);
                assertThat(loss / golden.asDouble()).isCloseTo(1, within(5e-6));
                for (Parameter parameter : model.parameters()) {
                    Tensor gradient = parameter.gradient();
                    assertThat(gradient).as(parameter.name()).isNotNull();
                    parameter.value().addInPlace(gradient, -rate);
                    parameter.changed();
                }
                model.clearGradients();
            }
            model.adapter().save(folder, "base");
        }
        assertThat(GoldenFixture.json(folder.resolve("adapter_config.json"))
                        .path("modules_to_save")
                        .size())
                .isEqualTo(name.equals("modules") ? 2 : 0);
        Path theirs = PEFT.resolve(name).resolve("final");
        try (Checkpoint written = Checkpoint.open(List.of(folder.resolve("adapter_model.safetensors")));
                Checkpoint golden = Checkpoint.open(List.of(theirs.resolve("adapter_model.safetensors")));
                TensorScope scope = TensorScope.open()) {
            assertThat(written.entries().keySet()).isEqualTo(golden.entries().keySet());
            for (String key : golden.entries().keySet()) {
                Tensor own = new CheckpointWeights(written).load(backend, key, DType.FLOAT64);
                Tensor other = new CheckpointWeights(golden).load(backend, key, DType.FLOAT64);
                assertThat(own.toDoubles()).as(key).containsExactly(other.toDoubles(), within(2e-5));
            }
        }
    }
}
