// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cpu;

import io.tune4j.api.backend.Backend.Diagnosis;
import io.tune4j.api.tensor.DType;
import io.tune4j.backend.bytedeco.products.CpuProducts;
import io.tune4j.backend.bytedeco.products.ProductKind;
import io.tune4j.backend.bytedeco.products.TorchScratch;
import io.tune4j.kernels.cpu.Elements;
import io.tune4j.kernels.cpu.PeakRate;
import io.tune4j.kernels.cpu.threads.Parallel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Compares the rates of matrix products with what the instruction set promises. */
final class CpuDiagnosis {
    /** The part of the units' rate below which a product is called slow. */
    private static final double SLOW = 0.5;

    private final CpuProducts products;
    private final Parallel parallel;
    private final boolean hasKernels;
    private final List<String> lines = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();

    /** @param hasKernels whether a tier's kernels are loaded, which measure the units */
    CpuDiagnosis(CpuProducts products, Parallel parallel, boolean hasKernels) {
        this.products = products;
        this.parallel = parallel;
        this.hasKernels = hasKernels;
    }

    Diagnosis examine(List<DType> dtypes) {
        dtypes.forEach(this::examine);
        return new Diagnosis(lines, findings);
    }

    private void examine(DType dtype) {
        Map<ProductKind, Map<String, Double>> rates = products.rates(dtype);
        Set<String> engines = new TreeSet<>();
        rates.values().forEach(each -> engines.addAll(each.keySet()));
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "%-24s", dtype + " products, GFLOP/s"));
        engines.forEach(engine -> head.append(String.format(Locale.ROOT, "%16s", engine)));
        lines.add(head + "  chosen");
        rates.forEach((kind, each) -> {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  %-22s", kind));
            for (String engine : engines) {
                Double rate = each.get(engine);
                line.append(rate == null ? " ".repeat(16) : String.format(Locale.ROOT, "%16.0f", rate));
            }
            lines.add(line + "  " + products.engine(dtype, kind));
        });
        if (hasKernels) {
            compare(dtype, Objects.requireNonNull(rates.get(ProductKind.DENSE)));
        }
    }

    private void compare(DType dtype, Map<String, Double> dense) {
        Elements elements = dtype == DType.FLOAT32 ? Elements.FP32 : Elements.BF16;
        double peak = new PeakRate(elements).measure(parallel, TorchScratch::new);
        lines.add(String.format(Locale.ROOT, "  %-22s%16.0f", "the units alone", peak));
        String chosen = products.engine(dtype, ProductKind.DENSE);
        double rate = dense.getOrDefault(chosen, 0.0);
        if (rate < SLOW * peak) {
            findings.add(String.format(
                    Locale.ROOT,
                    "dense %s products run at %.0f GFLOP/s by '%s', and this processor's units reach %.0f: end other programs and"
                            + " measure again (delete the folder engines in Tune4J's cache)",
                    dtype,
                    rate,
                    chosen,
                    peak));
        }
    }
}
