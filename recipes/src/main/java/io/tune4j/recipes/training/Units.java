// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.batch.SamplePart;
import java.util.List;

/** The units of which batches are composed: samples, or packs of them. */
interface Units {
    int size();

    /** Tokens of a unit. */
    int length(int unit);

    /** The parts of a unit, read from the store. */
    List<SamplePart> parts(int unit);

    /** Describes the making of the units; equal for equal units of equal samples. */
    String identity();
}
