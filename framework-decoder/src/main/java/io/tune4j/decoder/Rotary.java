// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import org.apiguardian.api.API;

/**
 * A rotary position embedding (Su et al. 2021).
 *
 * @param theta {@code rope_theta}
 * @param dimensions how many elements of a head turn, from the first on; even
 * @param scaling how its frequencies are changed
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Rotary(double theta, int dimensions, RopeScaling scaling) {
    /** Without scaled positions. */
    public Rotary(double theta, int dimensions) {
        this(theta, dimensions, new RopeScaling.None());
    }
}
