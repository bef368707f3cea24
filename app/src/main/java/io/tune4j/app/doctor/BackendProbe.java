// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.doctor;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.app.installation.Installation;
import io.tune4j.app.plugins.PluginLoader;
import io.tune4j.app.wiring.Contributions;
import io.tune4j.app.wiring.Wiring;
import io.tune4j.engine.plugin.PluginCalls;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tries one backend: loads its library and multiplies matrices in each dtype on each device. */
public final class BackendProbe {
    private static final int FAILED = 4;
    /** Begins a line that the whole diagnosis lists among what is wrong. */
    static final String FINDING = "  ! ";

    private static final int SIZE = 256;
    private static final int RUNS = 3;

    private BackendProbe() {}

    /** @return the exit code: 0 if the backend works on some device */
    public static int run(Installation installation, String name, PrintStream out) {
        BackendFactory factory = Wiring.wire(PluginLoader.load(installation.plugins()))
                .getInstance(Contributions.class)
                .backends()
                .get(name);
        if (factory == null) {
            out.println("  not installed");
            return FAILED;
        }
        try {
            int working = 0;
            for (Device device : PluginCalls.in(factory, factory::devices)) {
                BackendOptions options = new BackendOptions(device, DType.FLOAT32, 0, notice -> {});
                try (Backend backend = PluginCalls.in(factory, () -> factory.create(options))) {
                    out.println("  " + device + ": " + backend.capabilities().description());
                    out.println("    " + String.join("; ", dtypes(backend)));
                    Backend.Diagnosis diagnosis = backend.diagnose();
                    diagnosis.lines().forEach(line -> out.println("    " + line));
                    diagnosis.findings().forEach(finding -> out.println(FINDING + finding));
                    working++;
                } catch (TuneException e) {
                    out.println("  " + device + ": " + indented(e.getMessage()));
                }
            }
            return working > 0 ? 0 : FAILED;
        } catch (TuneException e) {
            out.println("  " + indented(e.getMessage()));
            return FAILED;
        }
    }

    private static String indented(String text) {
        return String.valueOf(text).replace("\n", "\n  ");
    }

    private static List<String> dtypes(Backend backend) {
        List<String> results = new ArrayList<>();
        for (DType dtype : backend.capabilities().dtypes().stream().sorted().toList()) {
            boolean hardware = backend.capabilities().nativeDtypes().contains(dtype);
            results.add(dtype + " " + result(backend, dtype) + (hardware ? "" : " (emulated)"));
        }
        return results;
    }

    /** Ones times ones is exact in every dtype. */
    private static String result(Backend backend, DType dtype) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor ones = Tensor.full(backend, 1, dtype, SIZE, SIZE);
            long best = Long.MAX_VALUE;
            for (int run = 0; run <= RUNS; run++) {
                long start = System.nanoTime();
                Tensor product = ones.matmul(ones);
                double corner =
                        product.narrow(0, SIZE - 1, 1).narrow(1, SIZE - 1, 1).item();
                // The first run prepares the kernel.
                best = run == 0 ? best : Math.min(best, System.nanoTime() - start);
                if (corner != SIZE) {
                    return "WRONG: " + corner + " instead of " + SIZE;
                }
            }
            return String.format(Locale.ROOT, "ok, %.0f GFLOP/s", 2.0 * SIZE * SIZE * SIZE / best);
        } catch (TuneException e) {
            return "fails: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        }
    }
}
