// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.BytedecoBackendFactory;
import io.tune4j.testkit.autograd.FiniteDifferences;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hand-written vector-Jacobian products against finite differences, in fp64. */
class LoraGradientsTest {
    private static final SequenceLayout LAYOUT = SequenceLayout.ofLengths(3, 2);

    private static Backend backend;

    @BeforeAll
    static void openBackend() {
        backend = new BytedecoBackendFactory().create(new BackendOptions(Device.CPU, DType.FLOAT64, 1, notice -> {}));
    }

    @AfterAll
    static void closeBackend() {
        backend.close();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private static Adapter adapter(LoraMethod method, String options) {
        var reader = StubModel.options(options);
        PeftPlan plan = method.configure(reader, new StubModel(false));
        reader.problems().throwIfAny();
        return Objects.requireNonNull(plan).attach(backend, DType.FLOAT64, 11);
    }

    /** B begins at zero, where half of the gradients vanish. */
    private static void randomize(List<Parameter> parameters) {
        for (Parameter parameter : parameters) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor value = parameter.value();
                long seed = parameter.name().hashCode();
                double low = parameter.name().contains("magnitude") ? 0.7 : -0.5;
                value.copyFrom(Tensor.uniform(backend, seed, DType.FLOAT64, value.shape())
                        .plus(low));
            }
            parameter.changed();
        }
    }

    private static void check(Adapter adapter, boolean matrices) {
        StubModel model = new StubModel(false);
        try (adapter;
                Linear linear = adapter.decorate(StubModel.frozen(backend, DType.FLOAT64))
                        .create(model.fused());
                TensorScope scope = TensorScope.open()) {
            List<Parameter> parameters = adapter.parameters().stream()
                    .filter(parameter -> parameter.name().startsWith("model.layers.0.self_attn")
                            && !parameter.name().contains("o_proj"))
                    .toList();
            randomize(parameters);
            List<Parameter> checked = parameters.stream()
                    .filter(parameter -> matrices || parameter.name().contains("magnitude"))
                    .toList();
            assertThat(checked).isNotEmpty();
            Tensor x = Tensor.uniform(backend, 1, DType.FLOAT64, 5, StubModel.WIDTH)
                    .plus(-0.5);
            FiniteDifferences.check(
                    backend,
                    List.of(x),
                    checked,
                    (inputs, tape) -> linear.forward(inputs.get(0), new Pass(tape, LAYOUT, true, 9)));
            FiniteDifferences.check(
                    backend,
                    List.of(x),
                    checked,
                    (inputs, tape) -> tape.checkpoint(inputs.get(0), (input, inner) -> replayed(linear, input, inner)));
        }
    }

    /** Records for its backward what is not computed again. */
    private static Tensor replayed(Linear linear, Tensor x, Tape tape) {
        Pass pass = new Pass(tape, LAYOUT, true, 9);
        if (!pass.isReplay()) {
            return linear.forward(x, pass);
        }
        long width = new StubModel(false)
                .fused().stream().mapToLong(Projection::outFeatures).sum();
        Tensor unread = Tensor.full(backend, Double.NaN, DType.FLOAT64, x.size(0), width);
        linear.replay(x, unread, pass);
        return unread;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{lora_rank: 3, lora_alpha: 5, target_modules: all-linear}",
                "{lora_rank: 3, lora_alpha: 5, target_modules: [q_proj, v_proj]}",
                "{lora_rank: 2, lora_alpha: 5, target_modules: [k_proj], use_rslora: True}",
                "{lora_rank: 3, lora_alpha: 5, target_modules: all-linear, lora_dropout: 0.4}",
                "{lora_rank: 3, lora_alpha: 5, target_modules: [q_proj, k_proj], rank_pattern: {k_proj: 1}}",
                // Too many ranks for one product of all B's, and scales that differ.
                "{lora_rank: 9, lora_alpha: 5, target_modules: [q_proj, v_proj]}",
                "{lora_rank: 3, lora_alpha: 5, target_modules: [q_proj, v_proj], alpha_pattern: {v_proj: 7}}"
            })
    void lora(String options) {
        check(adapter(LoraMethod.lora(), withFp64(options)), true);
    }

    /** The norm counts as a constant in DoRA, so finite differences hold for x and the magnitude; A and B: see below. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{lora_rank: 3, lora_alpha: 5, target_modules: all-linear}",
                "{lora_rank: 3, lora_alpha: 5, target_modules: [q_proj, v_proj]}",
                "{lora_rank: 3, lora_alpha: 5, target_modules: all-linear, lora_dropout: 0.4}"
            })
    void dora(String options) {
        check(adapter(LoraMethod.dora(), withFp64(options)), false);
    }

    /** With the norm held still, DoRA's A and B have LoRA's gradients for an output gradient scaled by m / norm. */
    @Test
    void dorasMatricesHaveTheGradientOfAConstantNorm() {
        StubModel model = new StubModel(false);
        String options = withFp64("{lora_rank: 3, lora_alpha: 5, target_modules: [q_proj]}");
        try (Adapter dora = adapter(LoraMethod.dora(), options);
                Adapter lora = adapter(LoraMethod.lora(), options);
                Linear doraLinear = dora.decorate(StubModel.frozen(backend, DType.FLOAT64))
                        .create(model.fused().subList(0, 1));
                Linear loraLinear = lora.decorate(StubModel.frozen(backend, DType.FLOAT64))
                        .create(model.fused().subList(0, 1));
                TensorScope scope = TensorScope.open()) {
            List<Parameter> ofDora = dora.parameters().subList(0, 3);
            List<Parameter> ofLora = lora.parameters().subList(0, 2);
            randomize(ofDora);
            randomize(ofLora);
            Tensor x = Tensor.uniform(backend, 1, DType.FLOAT64, 5, StubModel.WIDTH)
                    .plus(-0.5);
            Tensor magnitude = ofDora.get(2).value();
            Tensor merged = lora.merge("model.layers.0.self_attn.q_proj.weight", weight(model));
            Tensor norms = merged.times(merged).sum(1).reshape(8).apply(UnaryFunction.SQRT);
            Tensor factors = magnitude.dividedBy(norms).reshape(1, 8);
            List<double[]> expected = FiniteDifferences.gradients(backend, List.of(x), ofLora, (inputs, tape) -> {
                Tensor y = loraLinear.forward(inputs.get(0), new Pass(tape, LAYOUT, true, 0));
                Tensor scaled = y.times(factors);
                tape.record(scaled, (dy, gradients) -> gradients.add(y, dy.times(factors)));
                return scaled;
            });
            List<double[]> actual = FiniteDifferences.gradients(
                    backend,
                    List.of(x),
                    ofDora.subList(0, 2),
                    (inputs, tape) -> doraLinear.forward(inputs.get(0), new Pass(tape, LAYOUT, true, 0)));
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i)).hasSameSizeAs(expected.get(i));
                for (int j = 0; j < expected.get(i).length; j++) {
                    assertThat(actual.get(i)[j]).isCloseTo(expected.get(i)[j], within(1e-9));
                }
            }
        }
    }

    private static Tensor weight(StubModel model) {
        try (Linear frozen =
                StubModel.frozen(backend, DType.FLOAT64).create(model.fused().subList(0, 1))) {
            return Objects.requireNonNull(frozen.frozen())
                    .weight()
                    .dense(DType.FLOAT64)
                    .copy();
        }
    }

    private static String withFp64(String options) {
        return options.replace("{lora_rank", "{adapter_dtype: fp64, lora_rank");
    }
}
