// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.tensor.DType;
import io.tune4j.backend.bytedeco.libtorch.TorchParts;
import io.tune4j.backend.bytedeco.libtorch.TorchProducts;
import io.tune4j.backend.bytedeco.libtorch.TorchTypes;
import io.tune4j.backend.bytedeco.libtorch.TorchWork;
import io.tune4j.kernels.cpu.Tier;
import io.tune4j.kernels.cpu.threads.Parallel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Matrix products on the CPU, each by the engine that was chosen for its kind. */
public final class CpuProducts implements TorchProducts {
    private final EngineChoice choice;
    private final LibtorchEngine libtorch;
    private final boolean widensBf16;

    /** Asked first, because it takes only what it is the fastest for; null without our kernels. */
    private final @Nullable FewRowsEngine fewRows;

    private CpuProducts(
            EngineChoice choice, LibtorchEngine libtorch, boolean widensBf16, @Nullable FewRowsEngine fewRows) {
        this.fewRows = fewRows;
        this.choice = choice;
        this.libtorch = libtorch;
        this.widensBf16 = widensBf16;
    }

    /**
     * With the engines that can be used here.
     *
     * @param tier whose kernels are loaded
     * @param parallel threads with one thread of libtorch each
     * @param cache the user's folder for what can be made again
     * @param notices takes one-line warnings
     */
    public static CpuProducts open(
            HostProcessor processor, Optional<Tier> tier, Parallel parallel, Path cache, Consumer<String> notices) {
        boolean widens = !processor.hasBf16();
        LibtorchEngine libtorch = new LibtorchEngine(new TorchParts(parallel), widens);
        List<ProductEngine> engines = new ArrayList<>();
        tier.ifPresent(present -> engines.add(new OwnEngine(present, parallel)));
        if (parallel.threads() > 1) {
            if (usesOneDnn(processor)) {
                engines.add(new WholeEngine(parallel.threads(), DType.FLOAT32));
            }
            if (!widens) {
                engines.add(new WholeEngine(parallel.threads(), DType.BFLOAT16));
            }
        }
        engines.add(libtorch);
        Arithmetic machine =
                new Arithmetic(processor.model(), tier.map(Tier::id).orElse("none"), parallel.threads(), Map.of());
        return new CpuProducts(
                new EngineChoice(
                        engines, new EngineCache(cache, notices), machine, version(), EngineMeasurement::rates),
                libtorch,
                widens,
                tier.isPresent() ? new FewRowsEngine(parallel) : null);
    }

    /** The name of libtorch's jar, which has the version in it. */
    private static String version() {
        String place =
                String.valueOf(torch.class.getProtectionDomain().getCodeSource().getLocation());
        return place.replaceAll(".*/", "");
    }

    /**
     * Whether fp32 products marked as of medium precision go to oneDNN, which is the faster library there: libtorch asks it on AVX-512
     * only, and with AMX oneDNN would round the operands to bf16.
     */
    public static boolean usesOneDnn(HostProcessor processor) {
        return processor.flags().containsAll(Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq"))
                && !processor.hasAmx();
    }

    /** Names everything that the last bits of products depend on, in a line that {@link #repeat} reads. */
    public String arithmetic() {
        return choice.arithmetic().toString();
    }

    /**
     * Multiplies as a run did that recorded its {@link #arithmetic}.
     *
     * @return false if that cannot be, so that last bits may differ
     */
    public boolean repeat(String recorded) {
        return Arithmetic.parse(recorded).map(choice::repeat).orElse(false);
    }

    /** Names the engine of each kind of product, in a phrase. */
    public String describe(DType dtype) {
        return choice.describe(dtype);
    }

    /** The name of the engine for a kind of product. */
    public String engine(DType dtype, ProductKind kind) {
        return choice.engine(dtype, kind).name();
    }

    /** The rates of all engines in GFLOP/s by kind of product, for a diagnosis. */
    public Map<ProductKind, Map<String, Double>> rates(DType dtype) {
        return choice.rates(dtype).gflops();
    }

    @Override
    public boolean widensBf16() {
        return widensBf16;
    }

    private static boolean areMatrices(Tensor a, Tensor b) {
        return a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(0) && a.scalar_type().value == b.scalar_type().value;
    }

    private ProductEngine engine(Tensor target, Tensor a, Tensor b, double beta) {
        if (areMatrices(a, b)) {
            if (fewRows != null && fewRows.takes(target, a, b, beta)) {
                return fewRows;
            }
            DType dtype = TorchTypes.dtype(a);
            ProductEngine engine = choice.engine(dtype, ProductKind.of(a.size(0), a.size(1), b.size(1)));
            if (engine.takes(target, a, b, beta)) {
                return engine;
            }
        }
        return libtorch;
    }

    @Override
    public Tensor matmul(Tensor a, Tensor b) {
        if (!areMatrices(a, b)) {
            return libtorch.batched(a, b);
        }
        Tensor result = a.new_empty(a.size(0), b.size(1));
        into(result, a, b, 0, 1);
        return result;
    }

    @Override
    public void into(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
        engine(target, a, b, beta).into(target, a, b, beta, alpha);
    }

    @Override
    public boolean adapted(Tensor target, Tensor a, Tensor b, Tensor low, Tensor up) {
        ProductEngine engine = engine(target, a, b, 0);
        if (engine == fewRows) {
            // The weight is read where it lies; what the adapter adds is small.
            engine.into(target, a, b, 0, 1);
            into(target, low, up, 1, 1);
            return true;
        }
        return engine.adapted(target, a, b, low, up);
    }

    /** One product where each group alone would go to our own engine; others may add up in an order that depends on the rows. */
    @Override
    public boolean adaptedRows(Tensor target, Tensor a, Tensor b, List<RowUpdate> updates) {
        try (TorchWork work = new TorchWork()) {
            OwnEngine own = null;
            for (RowUpdate update : updates) {
                Tensor rows = work.narrow(target, 0, update.start(), update.count());
                ProductEngine engine = engine(rows, work.narrow(a, 0, update.start(), update.count()), b, 0);
                if (!(engine instanceof OwnEngine found) || !found.takesUpdate(rows, update)) {
                    return false;
                }
                own = found;
            }
            return own != null && own.adaptedRows(target, a, b, updates);
        }
    }

    @Override
    public void close() {
        choice.close();
    }
}
