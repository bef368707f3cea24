package io.tune4j.kernels.cpu;

/** The kernels as the C sources define them; the records have the arguments' meanings. {@code element} is the bytes of an element. */
final class NativeMethods {
    private NativeMethods() {}

    static native void rmsNorm(
            long x, long rows, long width, long weight, float epsilon, long output, long inverse, int element);

    static native void rmsNormBackward(
            long outputGradient, long x, long rows, long width, long weight, long inverse, long gradient, int element);

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

    static native void packFourBits(
            long codes,
            long levels,
            long scales,
            int element,
            int shift,
            long width,
            long row,
            long column,
            long size,
            long inner,
            int byRows,
            long target,
            long panelStride,
            int pairs);
}
