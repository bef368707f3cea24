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
            long x, long rows, long width, long weight, float epsilon, long output, long inverse, int element);

    static native void rmsNormBackward(
            long outputGradient, long x, long rows, long width, long weight, long inverse, long gradient, int element);

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
