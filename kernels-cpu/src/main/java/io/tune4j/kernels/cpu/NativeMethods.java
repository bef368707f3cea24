package io.tune4j.kernels.cpu;

/** The kernels as the C sources define them; the records have the arguments' meanings. {@code element} is the bytes of an element. */
final class NativeMethods {
    private NativeMethods() {}

    static native void rmsNorm(
            long x, long rows, long width, long weight, float epsilon, long output, long inverse, int element);

    static native void rmsNormBackward(
            long outputGradient, long x, long rows, long width, long weight, long inverse, long gradient, int element);
}
