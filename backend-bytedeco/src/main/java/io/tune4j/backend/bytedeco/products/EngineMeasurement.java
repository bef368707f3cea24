// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.libtorch.TorchTypes;
import io.tune4j.backend.bytedeco.libtorch.TorchWork;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Times each engine on the samples of each kind of product. It takes about 0.3 s.
 *
 * <p>A sample is multiplied by all engines in turn, several times over, so that a processor that changes its clock changes it for all.
 * The first product of an engine is never timed: it touches new memory, and oneDNN generates code for it.
 */
final class EngineMeasurement {
    private static final int ROUNDS = 3;

    /** An engine that is this many times slower than the fastest is not timed again. */
    private static final double HOPELESS = 4;

    private final List<ProductEngine> engines;
    private final DType dtype;

    private EngineMeasurement(List<ProductEngine> engines, DType dtype) {
        this.engines = new ArrayList<>(engines);
        this.dtype = dtype;
    }

    /** The rates of the engines that support a dtype. */
    static EngineRates rates(List<ProductEngine> engines, DType dtype) {
        EngineMeasurement measurement = new EngineMeasurement(
                engines.stream().filter(engine -> engine.supports(dtype)).toList(), dtype);
        Map<ProductKind, Map<String, Double>> rates = new HashMap<>();
        for (ProductKind kind : ProductKind.values()) {
            rates.put(kind, measurement.rates(kind));
        }
        return new EngineRates(rates);
    }

    /** The rates in GFLOP/s of the engines that take all samples of a kind. An engine that is hopeless for dense products is not tried for other kinds. */
    private Map<String, Double> rates(ProductKind kind) {
        Map<ProductEngine, Double> nanos = new HashMap<>();
        engines.forEach(engine -> nanos.put(engine, 0.0));
        double operations = 0;
        for (ProductKind.Shape shape : kind.samples()) {
            operations += shape.operations();
            Map<ProductEngine, Double> times = nanos(shape);
            nanos.keySet().retainAll(times.keySet());
            nanos.replaceAll((engine, sum) -> sum + times.getOrDefault(engine, 0.0));
        }
        if (kind == ProductKind.DENSE) {
            double fastest = fastest(nanos);
            engines.removeIf(engine -> nanos.getOrDefault(engine, 0.0) > HOPELESS * fastest);
        }
        Map<String, Double> result = new TreeMap<>();
        for (Map.Entry<ProductEngine, Double> each : nanos.entrySet()) {
            result.put(each.getKey().name(), operations / each.getValue());
        }
        return result;
    }

    /** The shortest time in nanoseconds that each engine took for a sample. Engines that do not take it are missing. */
    private Map<ProductEngine, Double> nanos(ProductKind.Shape shape) {
        Map<ProductEngine, Double> best = new HashMap<>();
        try (TorchWork work = new TorchWork();
                TensorOptions options = TorchTypes.options(dtype, Device.CPU)) {
            Tensor a = ones(work, options, shape.rows(), shape.inner());
            Tensor b = shape.transposed()
                    ? work.transpose(ones(work, options, shape.columns(), shape.inner()), 0, 1)
                    : ones(work, options, shape.inner(), shape.columns());
            Tensor target = ones(work, options, shape.rows(), shape.columns());
            List<ProductEngine> timed = new ArrayList<>(engines);
            timed.removeIf(engine -> !engine.takes(target, a, b, 0));
            timed.forEach(engine -> engine.into(target, a, b, 0, 1));
            for (int round = 0; round < ROUNDS; round++) {
                for (ProductEngine engine : timed) {
                    long start = System.nanoTime();
                    engine.into(target, a, b, 0, 1);
                    best.merge(engine, (double) (System.nanoTime() - start), Math::min);
                }
                double fastest = fastest(best);
                timed.removeIf(engine -> best.getOrDefault(engine, 0.0) > HOPELESS * fastest);
            }
        }
        return best;
    }

    private static double fastest(Map<ProductEngine, Double> nanos) {
        return nanos.values().stream().mapToDouble(Double::doubleValue).min().orElse(0);
    }

    private static Tensor ones(TorchWork work, TensorOptions options, long rows, long columns) {
        return work.keep(torch.ones(new long[] {rows, columns}, options));
    }
}
