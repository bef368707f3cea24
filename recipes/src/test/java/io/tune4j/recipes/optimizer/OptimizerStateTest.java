// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.recipes.testing.TestedBackend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How state is kept, where, and what becomes of it in a file. */
class OptimizerStateTest {
    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    /** A backend whose arrays seem to be elsewhere than those of its host backend, as a GPU's are. */
    private static Backend device(Backend real, Backend host) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (self, method, arguments) -> {
                    if (method.getName().equals("host")) {
                        return host;
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** A large parameter in bf16 is widened in pieces, and comes out as its parts would. */
    @ParameterizedTest
    @ValueSource(strings = {"AdamW", "AdamW8bit", "Lion"})
    void piecesOfALargeParameter(String name) {
        int[] parts = {1 << 16, 34_465};
        try (Backend backend = TestedBackend.open();
                TensorScope scope = TensorScope.open();
                Parameter whole = parameter(backend, "whole", DType.BFLOAT16, parts[0] + parts[1]);
                Parameter left =
                        new Parameter("left", whole.value().rows(0, parts[0]).copy());
                Parameter right = new Parameter(
                        "right", whole.value().rows(parts[0], parts[1]).copy())) {
            OptimizerProvider provider = Readers.optimizer("{_component_: " + name + ", lr: 0.01}");
            try (Optimizer one = provider.create(backend, List.of(whole));
                    Optimizer two = provider.create(backend, List.of(left, right))) {
                for (int step = 0; step < 3; step++) {
                    List.of(whole, left, right).forEach(each -> {
                        each.accumulate(each.value());
                    });
                    one.step(1);
                    two.step(1);
                    List.of(whole, left, right).forEach(Parameter::clearGradient);
                }
            }
            assertThat(whole.value().rows(0, parts[0]).toDoubles())
                    .isEqualTo(left.value().toDoubles());
            assertThat(whole.value().rows(parts[0], parts[1]).toDoubles())
                    .isEqualTo(right.value().toDoubles());
        }
    }

    private static Parameter parameter(Backend backend, String name, DType dtype, long... shape) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor value = Tensor.uniform(backend, name.hashCode(), DType.FLOAT32, shape)
                    .plus(-0.5);
            return new Parameter(name, value.cast(dtype));
        }
    }

    /** Steps with gradients that depend on the step alone. */
    private static void train(Backend backend, List<Parameter> parameters, Optimizer optimizer, int first, int last) {
        for (int step = first; step <= last; step++) {
            for (Parameter parameter : parameters) {
                try (TensorScope scope = TensorScope.open()) {
                    parameter.clearGradient();
                    parameter.accumulate(Tensor.uniform(
                                    backend,
                                    77L * step + parameter.name().hashCode(),
                                    DType.FLOAT32,
                                    parameter.value().shape())
                            .plus(-0.4));
                }
            }
            optimizer.step(1.0 / step);
        }
    }

    private static List<double[]> values(List<Parameter> parameters) {
        try (TensorScope scope = TensorScope.open()) {
            return parameters.stream().map(each -> each.value().toDoubles()).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "_component_: AdamW",
                "_component_: AdamW8bit",
                "_component_: AdamW8bit, block_size: 100",
                "_component_: SGD, momentum: 0.9, dampening: 0.1",
                "_component_: Adafactor",
                "_component_: Lion"
            })
    void aRestoredOptimizerGoesOnBitForBit(String options) {
        OptimizerProvider provider = Readers.optimizer("{" + options + ", lr: 0.01}");
        try (Backend backend = TestedBackend.open()) {
            List<Parameter> whole =
                    List.of(parameter(backend, "a", DType.FLOAT32, 70, 90), parameter(backend, "b", DType.FLOAT32, 30));
            List<Parameter> parts =
                    List.of(parameter(backend, "a", DType.FLOAT32, 70, 90), parameter(backend, "b", DType.FLOAT32, 30));
            try (Optimizer through = provider.create(backend, whole);
                    Optimizer before = provider.create(backend, parts);
                    Optimizer after = provider.create(backend, parts)) {
                train(backend, whole, through, 1, 7);
                train(backend, parts, before, 1, 3);
                after.restore(before.stepCount(), before.state());
                train(backend, parts, after, 4, 7);
                assertThat(after.stepCount()).isEqualTo(7);
                assertThat(values(parts)).usingRecursiveComparison().isEqualTo(values(whole));
            }
            whole.forEach(Parameter::close);
            parts.forEach(Parameter::close);
        }
    }

    @Test
    void aStateOfAnotherKindIsRefused() {
        try (Backend backend = TestedBackend.open();
                Parameter parameter = parameter(backend, "p", DType.FLOAT32, 64, 80);
                Optimizer full = Readers.optimizer("{lr: 0.01}").create(backend, List.of(parameter));
                Optimizer codes = Readers.optimizer("{_component_: AdamW8bit}").create(backend, List.of(parameter));
                Optimizer lion = Readers.optimizer("{_component_: Lion}").create(backend, List.of(parameter))) {
            assertThatThrownBy(() -> codes.restore(1, full.state()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("p.exp_avg is fp32, needed 8-bit codes")
                    .hasMessageContaining("p.exp_avg.scales is missing");
            assertThatThrownBy(() -> full.restore(1, codes.state()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("p.exp_avg is 8-bit codes, needed fp32");
            assertThatThrownBy(() -> lion.restore(1, full.state()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("this run's Lion")
                    .hasMessageContaining("p.exp_avg_sq belongs to nothing");
        }
    }

    @Test
    void bytesOfStateAreWhatIsPromised() {
        Map<String, Double> promised = new LinkedHashMap<>();
        promised.put("{lr: 1}", 8.0);
        promised.put("{_component_: AdamW8bit}", 2 + 2 * 4 / 256.0);
        promised.put("{_component_: SGD}", 0.0);
        promised.put("{_component_: SGD, momentum: 0.9}", 4.0);
        promised.put("{_component_: Lion}", 4.0);
        try (Backend backend = TestedBackend.open();
                Parameter parameter = parameter(backend, "p", DType.FLOAT32, 64, 256)) {
            promised.forEach((options, bytes) -> {
                OptimizerProvider provider = Readers.optimizer(options);
                assertThat(provider.stateBytesPerParameter()).isEqualTo(bytes);
                assertThat(bytes(provider, backend, parameter)).isEqualTo((long) (bytes * 64 * 256));
            });
            OptimizerProvider narrow =
                    Objects.requireNonNull(Readers.optimizer("{lr: 1}").withStateDtype(DType.BFLOAT16));
            assertThat(bytes(narrow, backend, parameter)).isEqualTo(4 * 64 * 256);
            assertThat(bytes(Readers.optimizer("{_component_: Adafactor}"), backend, parameter))
                    .isEqualTo(4 * (64 + 256));
            assertThat(Readers.optimizer("{_component_: AdamW8bit}").withStateDtype(DType.BFLOAT16))
                    .isNull();
        }
    }

    private static long bytes(OptimizerProvider provider, Backend backend, Parameter parameter) {
        try (Optimizer optimizer = provider.create(backend, List.of(parameter))) {
            return optimizer.state().values().stream()
                    .mapToLong(Tensor::byteSize)
                    .sum();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "_component_: PagedAdamW",
                "_component_: PagedAdamW8bit",
                "_component_: AdamW, is_paged: True",
                "_component_: CPUOffloadOptimizer",
                "_component_: CPUOffloadOptimizer, optimizer_class: AdamW8bit"
            })
    void stateOnTheHostComputesTheSame(String options) {
        boolean quantized = options.contains("8bit");
        try (Backend real = TestedBackend.open();
                Backend host = TestedBackend.open()) {
            Backend device = device(real, host);
            List<Parameter> here = large(real);
            List<Parameter> there = large(device);
            try (Optimizer plain = Readers.optimizer(
                                    "{_component_: %s, lr: 0.01}".formatted(quantized ? "AdamW8bit" : "AdamW"))
                            .create(real, here);
                    Optimizer hosted =
                            Readers.optimizer("{" + options + ", lr: 0.01}").create(device, there)) {
                train(real, here, plain, 1, 3);
                train(device, there, hosted, 1, 3);
                assertThat(values(there)).usingRecursiveComparison().isEqualTo(values(here));
                hosted.state().forEach((name, tensor) -> assertThat(tensor.kernels())
                        .as(name)
                        .isSameAs(name.startsWith("small") ? device : host));
                hosted.restore(3, plain.state());
            }
            here.forEach(Parameter::close);
            there.forEach(Parameter::close);
        }
    }

    private static List<Parameter> large(Backend backend) {
        List<Parameter> parameters = new ArrayList<>();
        parameters.add(parameter(backend, "large", DType.FLOAT32, 130, 1024));
        parameters.add(parameter(backend, "small", DType.FLOAT32, 10, 10));
        return parameters;
    }

    @Test
    void whereStateLiesIsSaid() {
        OptimizerProvider paged = Readers.optimizer("{_component_: bitsandbytes.optim.PagedAdamW8bit}");
        assertThat(paged.remark(Device.CPU)).contains("ordinary memory");
        assertThat(paged.remark(Device.parse("cuda"))).contains("host memory");
        OptimizerProvider offloaded = Readers.optimizer("{_component_: torchao.optim.CPUOffloadOptimizer}");
        assertThat(offloaded.remark(Device.CPU)).contains("nothing to offload");
        assertThat(offloaded.remark(Device.parse("cuda"))).contains("gradients go there");
        assertThat(Readers.optimizer("{lr: 1}").remark(Device.CPU)).isNull();
    }

    /** Rounded to nearest, a second moment of bf16 would stay where it is: it decays by a thousandth, a seventh of its spacing. */
    @Test
    void aSecondMomentOfBf16Falls() {
        OptimizerProvider narrow = Objects.requireNonNull(
                Readers.optimizer("{lr: 1e-6, betas: [0.9, 0.999]}").withStateDtype(DType.BFLOAT16));
        try (Backend backend = TestedBackend.open();
                Parameter parameter = parameter(backend, "p", DType.FLOAT32, 40, 50);
                Optimizer optimizer = narrow.create(backend, List.of(parameter));
                TensorScope scope = TensorScope.open()) {
            parameter.accumulate(Tensor.full(backend, 1, DType.FLOAT32, 40, 50));
            optimizer.step(1);
            parameter.clearGradient();
            parameter.accumulate(Tensor.zeros(backend, DType.FLOAT32, 40, 50));
            for (int step = 0; step < 700; step++) {
                optimizer.step(1);
            }
            double mean = Objects.requireNonNull(optimizer.state().get("p.exp_avg_sq"))
                            .cast(DType.FLOAT32)
                            .sum()
                            .item()
                    / 2000;
            double exact = 0.001 * Math.pow(0.999, 700);
            assertThat(mean / exact).isBetween(0.97, 1.03);
        }
    }

    /** With a rate at which every single update is below half of bf16's spacing. */
    @Test
    void anAdapterOfBf16LearnsWhenItIsRoundedAtRandom() {
        String options = "{_component_: AdamW, lr: 1e-4, weight_decay: 0, bf16_stochastic_round: %s}";
        assertThat(moved(options.formatted("True"))).isBetween(0.008, 0.012);
        assertThat(moved(options.formatted("False"))).isZero();
    }

    private static double moved(String options) {
        try (Backend backend = TestedBackend.open();
                Parameter parameter = new Parameter("p", Tensor.full(backend, 1.5, DType.BFLOAT16, 40, 50));
                Optimizer optimizer = Readers.optimizer(options).create(backend, List.of(parameter));
                TensorScope scope = TensorScope.open()) {
            parameter.accumulate(Tensor.full(backend, 1, DType.FLOAT32, 40, 50));
            for (int step = 0; step < 100; step++) {
                optimizer.step(1);
            }
            return 1.5 - parameter.value().cast(DType.FLOAT32).sum().item() / 2000;
        }
    }
}
