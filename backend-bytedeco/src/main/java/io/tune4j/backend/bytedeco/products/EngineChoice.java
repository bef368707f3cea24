// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import io.tune4j.api.tensor.DType;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Decides which engine multiplies which kind of product. A dtype is measured when it is first multiplied; after that nothing changes
 * for as long as the backend lives.
 */
final class EngineChoice {
    private final List<ProductEngine> engines;
    private final EngineCache cache;
    private final Arithmetic machine;
    private final String version;
    private final BiFunction<List<ProductEngine>, DType, EngineRates> measurement;
    private final Map<DType, Map<ProductKind, ProductEngine>> chosen = new EnumMap<>(DType.class);
    private final Map<DType, EngineRates> rates = new EnumMap<>(DType.class);

    /**
     * Chooses among engines.
     *
     * @param engines at least one; the last one takes everything
     * @param machine without engines
     * @param version of the libraries, which the rates depend on
     * @param measurement gives the rates of engines that are not in the cache
     */
    EngineChoice(
            List<ProductEngine> engines,
            EngineCache cache,
            Arithmetic machine,
            String version,
            BiFunction<List<ProductEngine>, DType, EngineRates> measurement) {
        this.engines = List.copyOf(engines);
        this.cache = cache;
        this.machine = machine;
        this.version = version;
        this.measurement = measurement;
    }

    /** The one that takes everything. */
    private ProductEngine last() {
        return engines.get(engines.size() - 1);
    }

    private ProductEngine named(String name, DType dtype) {
        return engines.stream()
                .filter(engine -> engine.name().equals(name) && engine.supports(dtype))
                .findFirst()
                .orElse(last());
    }

    synchronized ProductEngine engine(DType dtype, ProductKind kind) {
        return Objects.requireNonNull(
                chosen.computeIfAbsent(dtype, this::choose).get(kind));
    }

    private Map<ProductKind, ProductEngine> choose(DType dtype) {
        Map<ProductKind, ProductEngine> result = new EnumMap<>(ProductKind.class);
        List<ProductEngine> able =
                engines.stream().filter(engine -> engine.supports(dtype)).toList();
        EngineRates measured = able.size() < 2 ? new EngineRates(Map.of()) : rates(dtype);
        for (ProductKind kind : ProductKind.values()) {
            result.put(kind, able.size() == 1 ? able.get(0) : named(measured.fastest(kind), dtype));
        }
        return result;
    }

    /** The rates of all engines, measured if they are not known yet. */
    synchronized EngineRates rates(DType dtype) {
        return rates.computeIfAbsent(
                dtype, missing -> cache.get(subject(missing), () -> measurement.apply(engines, missing)));
    }

    private String subject(DType dtype) {
        return machine + ";dtype=" + dtype + ";version=" + version + ";engines="
                + engines.stream().map(ProductEngine::name).collect(Collectors.joining(","));
    }

    private static String key(DType dtype, ProductKind kind) {
        return dtype + "." + kind;
    }

    /** The engines that were chosen so far, with the machine. */
    synchronized Arithmetic arithmetic() {
        Map<String, String> names = new TreeMap<>();
        chosen.forEach((dtype, kinds) -> kinds.forEach((kind, engine) -> names.put(key(dtype, kind), engine.name())));
        return new Arithmetic(machine.processor(), machine.kernels(), machine.threads(), names);
    }

    /**
     * Chooses what another run chose.
     *
     * @return whether results then have the same bits
     */
    synchronized boolean repeat(Arithmetic recorded) {
        boolean same = machine.isSameMachine(recorded);
        for (DType dtype : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
            Map<ProductKind, ProductEngine> kinds = new EnumMap<>(ProductKind.class);
            for (ProductKind kind : ProductKind.values()) {
                String name = recorded.engines().get(key(dtype, kind));
                ProductEngine engine = name == null ? null : named(name, dtype);
                if (engine != null && engine.name().equals(name)) {
                    kinds.put(kind, engine);
                } else if (name != null) {
                    same = false;
                }
            }
            if (kinds.size() == ProductKind.values().length) {
                chosen.put(dtype, kinds);
            }
        }
        return same;
    }

    /** The chosen engines in a phrase, such as {@code fp32 products: dense own, thin own, tall libtorch}. */
    synchronized String describe(DType dtype) {
        StringBuilder text = new StringBuilder();
        for (ProductKind kind : ProductKind.values()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(kind)
                    .append(' ')
                    .append(engine(dtype, kind).name());
        }
        return String.format(Locale.ROOT, "%s products: %s", dtype, text);
    }

    void close() {
        engines.forEach(ProductEngine::close);
    }
}
