// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * Kernels of {@link NativeMethods} as they are for the tier {@link Tier#AMX}, compiled for any x86-64 processor: plain C acts for the tile
 * unit, and a vector of sixteen floats is two registers.
 */
final class EmulatedTiles {
    static {
        try {
            System.load(
                    Path.of(EmulatedTiles.class.getResource("emulated-tiles.so").toURI())
                            .toString());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private EmulatedTiles() {}

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
}
