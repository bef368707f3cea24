// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Base of the conformance classes: a backend and a tensor scope per test, and the check that every test closes its
 * tensors. Run with {@code -Dtune4j.leakDetection=true}, or that check sees nothing.
 */
abstract class BackendTestCase {
    private Backend backend;
    private TensorScope scope;
    private int liveBefore;

    /** The factory under test. */
    protected abstract BackendFactory factory();

    /** The device to test; the CPU unless a subclass overrides this. */
    protected Device device() {
        return Device.CPU;
    }

    /** A backend with this many CPU threads; the caller closes it. */
    protected final Backend open(int threads) {
        return factory().create(new BackendOptions(device(), DType.FLOAT32, threads, notice -> {}));
    }

    @BeforeEach
    final void openBackend() {
        liveBefore = LeakDetector.liveCount();
        backend = open(2);
        scope = TensorScope.open();
    }

    @AfterEach
    final void closeBackend() {
        scope.close();
        backend.close();
        assertThat(LeakDetector.liveCount())
                .as(() -> "live tensors after the test: " + LeakDetector.describeLive())
                .isEqualTo(liveBefore);
    }

    protected final Backend backend() {
        return backend;
    }

    /** The dtypes that the backend computes in. */
    final List<DType> dtypes() {
        return backend.capabilities().dtypes().stream().sorted().toList();
    }

    /** Random numbers in [-2, 2) that the dtype represents. */
    final Tensor random(DType dtype, long seed, long... shape) {
        return Host.random(seed, shape).on(backend, dtype);
    }

    /** The content of {@code x} in several memory layouts: as it is, column by column, and cut out of wider rows. */
    final List<Tensor> layouts(Tensor x) {
        List<Tensor> layouts = new ArrayList<>(List.of(x));
        if (x.rank() >= 2) {
            layouts.add(x.transposed().contiguous().transposed());
            Tensor wide = Tensor.concatenate(-1, List.of(x.times(3), x, x.times(5)));
            layouts.add(wide.narrow(-1, x.size(-1), x.size(-1)));
        }
        return layouts;
    }

    /** Error allowed for one rounding or a short sum, relative to 1 + |expected|. */
    static double tolerance(DType dtype) {
        return switch (dtype) {
            case FLOAT64 -> 1e-12;
            case FLOAT32 -> 1e-5;
            case FLOAT16 -> 4e-3;
            case BFLOAT16 -> 1.6e-2;
            default -> 0;
        };
    }

    static void assertClose(Tensor actual, Host expected, double tolerance, String what) {
        assertThat(actual.shape()).as(what + ": shape").isEqualTo(expected.shape());
        double[] values = actual.toDoubles();
        for (int i = 0; i < values.length; i++) {
            double wanted = expected.values()[i];
            double error = Math.abs(values[i] - wanted) / (1 + Math.abs(wanted));
            // Written so that NaN fails.
            if (!(error <= tolerance) && values[i] != wanted) {
                assertThat(values[i])
                        .as("%s: element %d of %s, relative error %.3g > %.3g", what, i, actual, error, tolerance)
                        .isEqualTo(wanted);
            }
        }
    }

    static void assertClose(Tensor actual, Tensor expected, double tolerance, String what) {
        assertThat(actual.dtype()).as(what + ": dtype").isEqualTo(expected.dtype());
        assertClose(actual, Host.of(expected), tolerance, what);
    }
}
