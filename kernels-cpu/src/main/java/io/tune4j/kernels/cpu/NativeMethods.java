package io.tune4j.kernels.cpu;

/** The kernels as the C sources define them; the records have the arguments' meanings. {@code element} is the bytes of an element. */
final class NativeMethods {
    private NativeMethods() {}

    static native void rmsNorm(
            long x, long rows, long width, long weight, float epsilon, long output, long inverse, int element);

    static native void rmsNormBackward(
            long outputGradient, long x, long rows, long width, long weight, long inverse, long gradient, int element);

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
}
