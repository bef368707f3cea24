// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.batch.TokenizedSample.SamplePart;
import java.util.List;

/** The units of which batches are composed: samples, packs of them, or pairs. */
interface Units {
    int size();

    /** Tokens of a unit. */
    int length(int unit);

    /** The parts of a unit, read from the store. */
    List<SamplePart> parts(int unit);

    /** Records that became no unit, because they have no token to learn. */
    default int leftOut() {
        return 0;
    }

    /** Describes the making of the units; equal for equal units of equal samples. */
    String identity();
}
