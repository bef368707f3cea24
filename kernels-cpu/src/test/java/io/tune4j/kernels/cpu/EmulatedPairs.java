// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * Kernels of {@link NativeMethods} as they are for the tier {@link Tier#AVX512_BF16}, compiled for any x86-64 processor: plain C acts for
 * the products of pairs, and a vector of sixteen floats is two registers.
 */
final class EmulatedPairs {
    static {
        try {
            System.load(
                    Path.of(EmulatedPairs.class.getResource("emulated-pairs.so").toURI())
                            .toString());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private EmulatedPairs() {}

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
}
