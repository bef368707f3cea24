// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/** The kernels as the C sources define them; the records have the arguments' meanings. {@code element} is the bytes of an element. */
final class NativeMethods {
    private NativeMethods() {}

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

    static native void fewRowsOfFourBits(
            long x,
            long xStride,
            long rows,
            long inner,
            long codes,
            long levels,
            long scales,
            long size,
            long count,
            long y,
            long yStride,
            long scratch,
            int scale,
            int element);

    static native void fewRows(
            long x,
            long xStride,
            long rows,
            long inner,
            long weight,
            long weightStride,
            long count,
            long y,
            long yStride,
            float alpha,
            int adds,
            long scratch,
            int element);

    static native void copyRows(long source, long sourceStride, long target, long targetStride, long rows, long bytes);

    static native long attentionStepScratch(long keys, long width);

    static native void attentionStep(
            long queries,
            long keys,
            long keyStride,
            long values,
            long valueStride,
            long count,
            long group,
            long width,
            float scale,
            float cap,
            long output,
            long scratch,
            int element);

    static native void packPanels(
            long source,
            long sideStride,
            long innerStride,
            long size,
            long inner,
            int element,
            long target,
            long panelStride,
            int left,
            int pairs);

    static native void multiplyPanels(
            long left,
            long leftStride,
            long right,
            long rightStride,
            long rightStep,
            long inner,
            long rows,
            long columns,
            long target,
            long targetStride,
            long before,
            long beforeStride,
            float alpha,
            int adds,
            int element,
            int pairs,
            int byColumns);

    static native long attentionScratch(long keys, long width, int element);

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

    static native long attentionBackwardScratch(long keys, long width, int element);

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

    static native void attentionAdd(long sums, long others, long count);

    static native void attentionWrite(
            long sums, long rows, long width, float factor, long target, long stride, int element);

    static native long peak(long turns, long result, int element);
}
