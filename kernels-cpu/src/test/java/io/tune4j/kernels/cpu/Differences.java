// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

/** Compares a kernel's result with its plain twin's. */
final class Differences {
    private Differences() {}

    /**
     * Every element is as the twin has it, but for the dtype's rounding: one unit in the last place of the larger of the element and the
     * scale, times the slack. NaN and infinities are where the twin has them.
     *
     * @param scale the size of the summands that an element was made of
     * @param slack units in the last place of fp32 that a sum of another order may differ by
     */
    static void check(NativeRows found, NativeRows expected, Elements elements, double scale, double slack) {
        found.check();
        double unit = elements == Elements.FP32 ? Math.pow(2, -23) * slack : Math.pow(2, -7) + Math.pow(2, -23) * slack;
        for (int i = 0; i < expected.count(); i++) {
            float right = expected.get(i);
            float value = found.get(i);
            if (Float.isNaN(right) || Float.isInfinite(right)) {
                assertThat(Float.valueOf(value)).as("element %d", i).isEqualTo(Float.valueOf(right));
            } else {
                double bound = Math.max(Math.abs(right), elements == Elements.FP32 ? scale : 0) * unit
                        + scale * Math.pow(2, -23) * slack;
                assertThat((double) value).as("element %d", i).isBetween(right - bound, right + bound);
            }
        }
    }
}
