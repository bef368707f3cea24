// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.FusedKernels.LossAndGradient;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.engine.profile.ChromeTrace;
import io.tune4j.engine.profile.KernelCall;
import io.tune4j.engine.profile.KernelRecorder;
import io.tune4j.engine.profile.KernelTable;
import io.tune4j.engine.profile.ProfilingBackend;
import io.tune4j.testkit.reference.JavaBackendFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProfilingBackendTest {
    private final Backend plain =
            new JavaBackendFactory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}));
    private final KernelRecorder recorder = new KernelRecorder(true);
    private final Backend profiled = new ProfilingBackend(plain, recorder, true);

    @AfterEach
    void close() {
        profiled.close();
    }

    /** Loss, its gradient, and something computed from the gradient. */
    private static double[] work(Backend backend) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor hidden = Tensor.uniform(backend, 1, DType.FLOAT32, 3, 4);
            Tensor weight = Tensor.uniform(backend, 2, DType.FLOAT32, 5, 4);
            Tensor labels = Tensor.ofLongs(backend, 0, 4, 2);
            LossAndGradient made = backend.linearCrossEntropy(hidden, weight, labels, true);
            Tensor gradient = made.hiddenGradient();
            assertThat(gradient).isNotNull();
            assertThat(gradient.kernels()).isSameAs(backend);
            return gradient.times(made.lossSum()).toDoubles();
        }
    }

    /** A default method of the interface would compose kernels that the profiled backend has fused. */
    @Test
    void everythingIsTheOtherBackends() throws NoSuchMethodException {
        for (Method method : Backend.class.getMethods()) {
            if (Modifier.isStatic(method.getModifiers())) {
                continue;
            }
            Method own = ProfilingBackend.class.getMethod(method.getName(), method.getParameterTypes());
            assertThat(own.getDeclaringClass().isInterface())
                    .as("%s is not forwarded", method)
                    .isFalse();
        }
    }

    @Test
    void theResultIsThatOfTheBackendBehind() {
        recorder.start();
        assertThat(work(profiled)).isEqualTo(work(plain));
        assertThat(recorder.stop()).isNotEmpty();
    }

    @Test
    void nothingIsRecordedBeforeTheStartAndAfterTheStop() {
        work(profiled);
        recorder.start();
        assertThat(recorder.stop()).isEmpty();
        work(profiled);
        recorder.start();
        assertThat(recorder.stop()).isEmpty();
    }

    @Test
    void callsInsideAFusedKernelAreItsTimeButNotItsOwn() {
        List<KernelCall> calls = recorded();
        KernelCall fused = only(calls, "linearCrossEntropy");
        long inside = calls.stream()
                .filter(call -> call.depth() == 1 && isDuring(call, fused))
                .mapToLong(KernelCall::nanos)
                .sum();
        assertThat(fused.depth()).isZero();
        assertThat(fused.selfNanos()).isEqualTo(fused.nanos() - inside);
        KernelCall product =
                calls.stream().filter(KernelCall::isProduct).findFirst().orElseThrow();
        assertThat(product.depth()).isPositive();
        assertThat(product.operands()).isEqualTo("[3, 4] [4, 5] fp32");
        assertThat(product.flops()).isEqualTo(2.0 * 3 * 4 * 5);
        assertThat(product.residentBytes()).isPositive();
        assertThat(product.stack()).isNotEmpty().noneMatch(frame -> frame.contains("engine.profile"));
    }

    @Test
    void theTableAddsUpToTheWhole() {
        List<KernelCall> calls = recorded();
        long outermost = calls.stream()
                .filter(call -> call.depth() == 0)
                .mapToLong(KernelCall::nanos)
                .sum();
        KernelTable table = KernelTable.of(calls, false, outermost);
        assertThat(table.rows().stream().mapToLong(KernelTable.Row::selfNanos).sum())
                .isEqualTo(outermost);
        assertThat(table.outsideShare()).isCloseTo(0, within(1e-9));
        assertThat(table.productShare()).isBetween(0.0, 1.0);
        assertThat(table.rows()).isSortedAccordingTo((a, b) -> Long.compare(b.selfNanos(), a.selfNanos()));
        assertThat(KernelTable.of(calls, true, outermost).rows().size())
                .isGreaterThan(table.rows().size());
        assertThat(table.text(100, true).lines()).hasSize(table.rows().size() + 2);
        assertThat(table.text(2, false).lines()).hasSize(4);
    }

    @Test
    void theTraceIsInTheEventFormat() throws IOException {
        List<KernelCall> calls = recorded();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ChromeTrace.write(calls, bytes);
        JsonNode events = new ObjectMapper().readTree(bytes.toByteArray()).path("traceEvents");
        assertThat(events).hasSize(2 * calls.size());
        assertThat(events.get(0).path("ph").asText()).isEqualTo("X");
        assertThat(events.get(0).path("dur").asDouble()).isPositive();
        assertThat(events.get(1).path("ph").asText()).isEqualTo("C");
    }

    private List<KernelCall> recorded() {
        recorder.start();
        work(profiled);
        return recorder.stop();
    }

    private static boolean isDuring(KernelCall call, KernelCall outer) {
        return call.start() >= outer.start() && call.start() + call.nanos() <= outer.start() + outer.nanos();
    }

    private static KernelCall only(List<KernelCall> calls, String name) {
        List<KernelCall> found =
                calls.stream().filter(call -> call.name().equals(name)).toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
