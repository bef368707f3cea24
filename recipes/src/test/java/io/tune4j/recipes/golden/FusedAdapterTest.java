// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.recipes.testing.TestedBackend;
import io.tune4j.testkit.config.Sections;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters of parts of a weight that the checkpoint keeps as one, which peft adapts as a whole. */
class FusedAdapterTest {
    private static final GoldenFixture PHI = GoldenFixture.read(Path.of("src/test/resources/golden/phi3_style"));
    private static final String PARTS = "lora_attn_modules: [q_proj, v_proj, output_proj], apply_lora_to_mlp: True,"
            + " lora_rank: 3, lora_alpha: 5, rank_pattern: {v_proj: 2}";

    private static Backend backend;

    @TempDir
    Path folder;

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

    private static void randomize(GoldenModel model) {
        long seed = 3;
        for (Parameter parameter : model.parameters()) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor noise = Tensor.uniform(
                        backend, seed++, DType.FLOAT32, parameter.value().shape());
                parameter.value().addInPlace(noise.plus(-0.5), 0.4);
                parameter.changed();
            }
        }
    }

    private static double[] logits(GoldenModel model) {
        return model.logits(PHI.evaluationBatch(), PHI.logitRows());
    }

    private static void assertClose(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("logit %s", i).isCloseTo(expected[i], within(1e-4));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PARTS,
                PARTS + ", use_rslora: True",
                "lora_attn_modules: [q_proj, k_proj, v_proj], apply_lora_to_mlp: True, lora_rank: 3, use_dora: True"
            })
    void theFileIsOneAdapterOfTheWhole(String options) {
        double[] trained;
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, PHI, options, 7);
                GoldenModel base = GoldenModel.base(backend, DType.FLOAT32, PHI.folder())) {
            assertClose(logits(model), logits(base));
            randomize(model);
            trained = logits(model);
            model.adapter().save(folder, "phi");
            try (GoldenModel merged = GoldenModel.merged(backend, DType.FLOAT32, PHI, model.adapter())) {
                assertClose(logits(merged), trained);
            }
            assertThat(logits(base)).isNotEqualTo(trained);
        }
        try (GoldenModel whole = GoldenModel.loaded(backend, DType.FLOAT32, PHI, folder);
                GoldenModel parts = GoldenModel.adapted(backend, DType.FLOAT32, PHI, options, 8)) {
            assertThat(whole.parameters())
                    .anyMatch(parameter -> parameter.name().contains("qkv_proj"));
            assertClose(logits(whole), trained);
            parts.adapter().load(folder);
            assertClose(logits(parts), trained);
        }
    }

    @Test
    void anAdapterOfTheWholeIsNoneOfParts() {
        String parts = "lora_attn_modules: [q_proj, k_proj, v_proj], lora_rank: 2, lora_alpha: 4";
        String whole = "target_modules: [qkv_proj], r: 6, lora_alpha: 12";
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, PHI, whole, 7);
                GoldenModel other = GoldenModel.adapted(backend, DType.FLOAT32, PHI, parts, 7)) {
            randomize(model);
            model.adapter().save(folder, "phi");
            assertThatThrownBy(() -> other.adapter().load(folder))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("qkv_proj as a whole")
                    .hasMessageContaining("target_modules");
        }
    }

    @Test
    void doraNeedsAllParts() {
        ConfigReader options = Sections.of("{lora_attn_modules: [q_proj, v_proj], use_dora: True}");
        assertThat(new LoraPlugin().peftMethods().get(0).configure(options, GoldenModel.definition(PHI.folder())))
                .isNull();
        assertThat(options.problems().all().toString()).contains("needs all of them (q_proj, k_proj, v_proj)");
    }
}
