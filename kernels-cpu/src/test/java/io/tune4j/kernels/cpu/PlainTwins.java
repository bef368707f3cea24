// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The plain C twins of {@link NativeMethods}, in {@code src/test/c}: other code for the same formulas, without vectors. */
final class PlainTwins {
    static {
        load();
    }

    private PlainTwins() {}

    /** Loads their library, which other helpers of the tests need too. */
    static void load() {
        try {
            System.load(
                    Path.of(PlainTwins.class.getResource("twins.so").toURI()).toString());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static native void rmsNorm(
            long x,
            long rows,
            long width,
            long weight,
            float epsilon,
            long output,
            long inverse,
            int element,
            int ofWeight);

    static native void rmsNormBackward(
            long outputGradient,
            long x,
            long rows,
            long width,
            long weight,
            long inverse,
            long gradient,
            int element,
            int ofWeight);

    static native void rmsNormWeightBackward(
            long outputGradient,
            long x,
            long rows,
            long width,
            long inverse,
            long gradient,
            long first,
            long columns,
            int element);

    static native void gatedLinearUnit(long gateUp, long rows, long width, long output, int element, int activation);

    static native void gatedLinearUnitBackward(
            long outputGradient, long gateUp, long rows, long width, long gradient, int element, int activation);

    static native void rotary(
            long x, long stride, long rows, long heads, long half, long cos, long sin, float sign, int element);

    static native void crossEntropy(long logits, long rows, long width, long labels, long losses, int element);

    static native void adamW(
            long values,
            long gradients,
            long means,
            long variances,
            long count,
            float kept,
            float meanRest,
            float varianceKept,
            float varianceRest,
            float rootFactor,
            float epsilon,
            float rate);

    static native void unpackFourBits(
            long codes, long levels, long scales, long blocks, long size, long target, int scale, int element);

    static native void addScaled(long target, long other, long count, float factor, int element);

    static native void product(
            long rows,
            long inner,
            long columns,
            long a,
            long aRowStride,
            long aColumnStride,
            long b,
            long bRowStride,
            long bColumnStride,
            int element,
            long target,
            long targetRowStride,
            long targetColumnStride,
            int targetElement,
            float alpha,
            int adds);

    static native void attention(
            long queries,
            long queryStride,
            long keys,
            long keyStride,
            long values,
            long valueStride,
            long output,
            long outputStride,
            long statistics,
            long statisticsStride,
            long from,
            long to,
            long group,
            long width,
            long window,
            float scale,
            float cap,
            long scratch,
            int element);

    static native void attentionBackward(
            long queries,
            long queryStride,
            long keys,
            long keyStride,
            long values,
            long valueStride,
            long output,
            long outputStride,
            long outputGradient,
            long outputGradientStride,
            long statistics,
            long statisticsStride,
            long queryGradient,
            long queryGradientStride,
            long keySums,
            long valueSums,
            long from,
            long to,
            long group,
            long width,
            long window,
            float scale,
            float cap,
            long scratch,
            int element);
}
