// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import org.apiguardian.api.API;

/**
 * Makes a model's projections. The model says which ones read the same input (q, k and v; gate and up), so that they
 * can be computed as one matrix product; a PEFT method decorates the factory.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface LinearFactory {
    /** @param projections of the same {@code inFeatures}, in the order of the output's columns */
    Linear create(List<Projection> projections);

    /**
     * Makes a weight that belongs to no projection: a norm's, or the embedding. It is frozen unless a method trains it.
     *
     * @param name the checkpoint's
     * @param load makes the frozen tensor, which is then the result's
     */
    default ModelWeight weight(String name, Supplier<Tensor> load) {
        return ModelWeight.frozen(load.get());
    }

    /** A projection that stands alone. */
    default Linear create(Projection projection) {
        return create(List.of(projection));
    }
}
