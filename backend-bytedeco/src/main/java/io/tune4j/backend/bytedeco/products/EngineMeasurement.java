package io.tune4j.backend.bytedeco.products;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.libtorch.TorchTypes;
import io.tune4j.backend.bytedeco.libtorch.TorchWork;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Times each engine on the samples of each kind of product. It takes about 0.2 s. */
final class EngineMeasurement {
    private static final int RUNS = 3;

    /** An engine that is slower than the fastest by this factor at its first product is not measured further. */
    private static final double HOPELESS = 4;

    /** Nanoseconds of an engine that does not take a sample. */
    private static final double NEVER = 1e18;

    private final List<ProductEngine> engines;
    private final DType dtype;

    private EngineMeasurement(List<ProductEngine> engines, DType dtype) {
        this.engines = engines;
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

    private Map<String, Double> rates(ProductKind kind) {
        Map<String, Double> nanos = new TreeMap<>();
        double operations = 0;
        try (TorchWork work = new TorchWork();
                TensorOptions options = TorchTypes.options(dtype, Device.CPU)) {
            for (ProductKind.Shape shape : kind.samples()) {
                operations += shape.operations();
                Tensor a = ones(work, options, shape.rows(), shape.inner());
                Tensor b = shape.transposed()
                        ? work.transpose(ones(work, options, shape.columns(), shape.inner()), 0, 1)
                        : ones(work, options, shape.inner(), shape.columns());
                Tensor target = ones(work, options, shape.rows(), shape.columns());
                double fastest = Double.MAX_VALUE;
                for (ProductEngine engine : engines) {
                    double time = nanos(engine, target, a, b, fastest);
                    fastest = Math.min(fastest, time);
                    nanos.merge(engine.name(), time, Double::sum);
                }
            }
        }
        Map<String, Double> result = new TreeMap<>();
        for (Map.Entry<String, Double> each : nanos.entrySet()) {
            result.put(each.getKey(), operations / each.getValue());
        }
        return result;
    }

    private static Tensor ones(TorchWork work, TensorOptions options, long rows, long columns) {
        return work.keep(torch.ones(new long[] {rows, columns}, options));
    }

    /** The shortest of a few runs; the first prepares what the engine keeps. */
    private static double nanos(ProductEngine engine, Tensor target, Tensor a, Tensor b, double fastest) {
        if (!engine.takes(target, a, b, 0)) {
            return NEVER;
        }
        double best = Double.MAX_VALUE;
        for (int run = 0; run <= RUNS; run++) {
            long start = System.nanoTime();
            engine.into(target, a, b, 0, 1);
            best = Math.min(best, (double) (System.nanoTime() - start));
            if (best > HOPELESS * fastest) {
                return best;
            }
        }
        return best;
    }
}
