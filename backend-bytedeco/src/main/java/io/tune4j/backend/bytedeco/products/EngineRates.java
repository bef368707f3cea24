// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import java.util.Map;
import java.util.TreeMap;

/**
 * How fast engines multiply matrices of one dtype here.
 *
 * @param gflops for each kind of product, an engine's name and its rate in GFLOP/s
 */
record EngineRates(Map<ProductKind, Map<String, Double>> gflops) {
    /** The factor by which another engine must be faster than ours, because ours adds an adapter's update in the same pass. */
    private static final double MARGIN = 1.05;

    EngineRates {
        Map<ProductKind, Map<String, Double>> copy = new TreeMap<>();
        gflops.forEach((kind, rates) -> copy.put(kind, new TreeMap<>(rates)));
        gflops = copy;
    }

    /** The name of the engine for a kind. */
    String fastest(ProductKind kind) {
        Map<String, Double> rates = gflops.getOrDefault(kind, Map.of());
        String best = OwnEngine.NAME;
        double most = rates.getOrDefault(best, 0.0) * MARGIN;
        for (Map.Entry<String, Double> each : rates.entrySet()) {
            if (each.getValue() > most) {
                best = each.getKey();
                most = each.getValue();
            }
        }
        return best;
    }
}
