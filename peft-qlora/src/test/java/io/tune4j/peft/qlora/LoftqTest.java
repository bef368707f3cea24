// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.reference.JavaBackendFactory;
import io.tune4j.testkit.toy.Assembled;
import io.tune4j.testkit.toy.MergingWeights;
import io.tune4j.testkit.toy.RandomWeights;
import io.tune4j.testkit.toy.ToyDefinition;
import io.tune4j.testkit.toy.ToyPlugin;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LoftQ and PiSSA over base weights that are really in four bits. */
class LoftqTest {
    private static final ToyDefinition MODEL = new ToyDefinition(2, false, true);
    private static final String TARGETS =
            "target_modules: [q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj]\n";

    private final RandomWeights weights = new RandomWeights(MODEL);

    private static ModelPlan plan(String model, String options) {
        ComponentRegistry registry =
                ComponentRegistry.of(List.of(new ToyPlugin(), new LoraPlugin(), new QloraPlugin()));
        ConfigReader section = Sections.of("_component_: " + model + "\n" + TARGETS + options);
        ModelPlan plan = registry.model(section, null);
        section.finish();
        section.problems().throwIfAny();
        return Objects.requireNonNull(plan);
    }

    private Assembled assembled(Backend backend, ModelPlan plan) {
        PeftPlan peft = Objects.requireNonNull(plan.peft());
        return Assembled.adapted(backend, DType.FLOAT32, MODEL, weights, plan.weightFormat(), peft, 5);
    }

    private static Backend backend() {
        return new JavaBackendFactory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}));
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    @ParameterizedTest
    @ValueSource(strings = {"loftq\nloftq_config: {loftq_iter: 1}", "loftq\nloftq_config: {loftq_iter: 5}", "pissa"})
    void theModelBeginsCloserToItsBase(String initial) {
        try (Backend backend = backend();
                Assembled base = Assembled.of(
                        backend,
                        DType.FLOAT32,
                        MODEL,
                        weights,
                        new DenseFormat().factory(backend, DType.FLOAT32, weights));
                Assembled usual = assembled(backend, plan("qlora_toy", "lora_rank: 3\nlora_alpha: 6"));
                Assembled begun = assembled(
                        backend, plan("qlora_toy", "lora_rank: 3\nlora_alpha: 6\ninit_lora_weights: " + initial))) {
            RaggedBatch batch = Assembled.batch(MODEL, 1, 6, 9);
            double[] exact = base.logits(batch);
            assertThat(distance(begun.logits(batch), exact)).isLessThan(0.8 * distance(usual.logits(batch), exact));
        }
    }

    /** The merged model of {@code merge_into: dequantized} computes what was trained. */
    @ParameterizedTest
    @ValueSource(strings = {"loftq\nloftq_config: {loftq_iter: 1}", "loftq\nloftq_config: {loftq_iter: 3}", "pissa"})
    void whatIsMergedIntoDequantizedWeightsIsWhatWasTrained(String initial) {
        ModelPlan plan = plan("qlora_toy", "lora_rank: 3\nlora_alpha: 6\ninit_lora_weights: " + initial);
        WeightFormat format = plan.weightFormat();
        try (Backend backend = backend();
                Assembled trained = assembled(backend, plan)) {
            trained.adapter().parameters().forEach(parameter -> {
                try (TensorScope scope = TensorScope.open()) {
                    Tensor value = parameter.value();
                    value.addInPlace(
                            Tensor.uniform(backend, parameter.name().hashCode(), value.dtype(), value.shape()), 0.1);
                }
                parameter.changed();
            });
            Adapter.BaseChange change = trained.adapter().baseChange(format, notice -> {});
            WeightSource computed = format.asComputed(backend, DType.FLOAT32, change.apply(weights));
            WeightSource merging = new MergingWeights(change.undo(computed), trained.adapter());
            try (Assembled merged = Assembled.of(
                    backend,
                    DType.FLOAT32,
                    MODEL,
                    merging,
                    new DenseFormat().factory(backend, DType.FLOAT32, merging))) {
                RaggedBatch batch = Assembled.batch(MODEL, 1, 6, 9);
                assertThat(merged.logits(batch)).containsExactly(trained.logits(batch), within(1e-4));
            }
        }
    }

    @Test
    void wrongOptionsAreNamed() {
        assertThatThrownBy(() -> plan("lora_toy", "lora_rank: 2\ninit_lora_weights: loftq"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("quantize_base: True");
        assertThatThrownBy(() ->
                        plan("qlora_toy", "lora_rank: 2\ninit_lora_weights: pissa\nloftq_config: {loftq_iter: 2}"))
                .hasMessageContaining("loftq_config");
        assertThatThrownBy(() ->
                        plan("qlora_toy", "lora_rank: 2\ninit_lora_weights: loftq\nloftq_config: {loftq_bits: 8}"))
                .hasMessageContaining("4 bits");
        assertThatThrownBy(() ->
                        plan("qlora_toy", "lora_rank: 2\ninit_lora_weights: loftq\nloftq_config: {loftq_iter: 0}"))
                .hasMessageContaining("loftq_iter");
        assertThatThrownBy(() -> plan("lora_toy", "lora_rank: 9\ninit_lora_weights: pissa"))
                .hasMessageContaining("smaller dimension");
        assertThatThrownBy(() -> plan("lora_toy", "lora_rank: 2\ninit_lora_weights: pisa"))
                .hasMessageContaining("pissa_niter_4");
        assertThatThrownBy(() -> plan("lora_toy", "lora_rank: 2\ninit_lora_weights: corda"))
                .hasMessageContaining("covariance");
        assertThatThrownBy(() -> plan("lora_toy", "lora_rank: 1000\ninit_lora_weights: eva"))
                .hasMessageContaining("eva needs ranks up to the length of an input");
        assertThatThrownBy(() -> plan("lora_toy", "lora_rank: 2\ninit_lora_weights: eva\neva_config: {taw: 1}"))
                .hasMessageContaining("taw");
    }
}
