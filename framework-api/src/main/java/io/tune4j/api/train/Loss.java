// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.train;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigSection;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/**
 * A loss over the labelled rows' hidden states. A component type. It is a sum over rows that do not depend on each other: rows that count
 * differently may be asked for in several calls.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@ConfigSection("loss")
@FunctionalInterface
public interface Loss {
    /**
     * @param hidden {@code [N, D]}
     * @param head the output projection
     * @param labels {@code [N]} int64
     * @return the sum over the rows, a scalar of at least fp32; the recipe divides by the tokens' total weight, which is their number where
     *     all count alike
     */
    Tensor sum(Backend backend, Tensor hidden, Linear head, Tensor labels, Pass pass);
}
