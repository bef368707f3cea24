// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import org.apiguardian.api.API;

/**
 * A family's root-mean-square norms.
 *
 * @param epsilon {@code rms_norm_eps}
 * @param plusOne whether the checkpoint keeps w of a weight {@code 1 + w}, which is multiplied in fp32, as in Gemma
 * @param placement where in a layer they are
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record NormStyle(double epsilon, boolean plusOne, Placement placement) {
    /** Where a layer's norms are. */
    public enum Placement {
        /** Before attention and before the MLP. */
        BEFORE,
        /** Before and after each of them, as in Gemma 2. */
        AROUND,
        /** After each of them, as in OLMo 2. */
        AFTER;

        boolean isBefore() {
            return this != AFTER;
        }

        boolean isAfter() {
            return this != BEFORE;
        }
    }

    /** Llama's. */
    public static NormStyle plain(double epsilon) {
        return new NormStyle(epsilon, false, Placement.BEFORE);
    }
}
