// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.CodeMap;
import java.util.Arrays;

/**
 * The values of dynamic quantization (Dettmers 2016; Dettmers et al. 2022, section 1.3), as bitsandbytes and torchao make them: in the
 * decade {@code 10^-(7 - i)} lie {@code 2^i} values, for unsigned numbers twice as many, so that large ones are exact and small ones
 * are there; besides zero and one.
 */
final class DynamicMap {
    private static final int DECADES = 7;

    private DynamicMap() {}

    /** Ascending; from below -0.99 for signed numbers, else from 0, to 1. */
    static float[] values(boolean signed) {
        float[] values = new float[CodeMap.SIZE];
        int count = 0;
        for (int decade = 0; decade < DECADES; decade++) {
            float unit = (float) Math.pow(10, decade - (DECADES - 1));
            int parts = 1 << (signed ? decade : decade + 1);
            for (int i = 0; i < parts; i++) {
                float value = unit * middle(i, parts);
                values[count++] = value;
                if (signed) {
                    values[count++] = -value;
                }
            }
        }
        values[count++] = 0;
        values[count++] = 1;
        assert count == CodeMap.SIZE;
        Arrays.sort(values);
        return values;
    }

    /** The middle of one of {@code parts} equal parts of the interval from 0.1 to 1. */
    private static float middle(int part, int parts) {
        double step = 0.9 / parts;
        return (float) (0.1 + (part + 0.5) * step);
    }
}
