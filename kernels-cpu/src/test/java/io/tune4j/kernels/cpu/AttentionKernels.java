// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/** Attention as it was compiled for one tier, or as its plain twin; the arguments are those of {@link NativeMethods}. */
record AttentionKernels(Scratch scratch, Forward forward, Scratch backwardScratch, Backward backward) {
    static final AttentionKernels PLAIN = new AttentionKernels(
            (keys, width, element) -> keys * Double.BYTES,
            PlainTwins::attention,
            (keys, width, element) -> (2 * keys + 1) * width * Double.BYTES,
            PlainTwins::attentionBackward);

    static final AttentionKernels NATIVE = new AttentionKernels(
            NativeMethods::attentionScratch,
            NativeMethods::attention,
            NativeMethods::attentionBackwardScratch,
            NativeMethods::attentionBackward);

    static final AttentionKernels EMULATED_PAIRS = new AttentionKernels(
            EmulatedPairs::attentionScratch,
            EmulatedPairs::attention,
            EmulatedPairs::attentionBackwardScratch,
            EmulatedPairs::attentionBackward);

    static final AttentionKernels EMULATED_TILES = new AttentionKernels(
            EmulatedTiles::attentionScratch,
            EmulatedTiles::attention,
            EmulatedTiles::attentionBackwardScratch,
            EmulatedTiles::attentionBackward);

    interface Scratch {
        long bytes(long keys, long width, int element);
    }

    interface Forward {
        void run(
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
    }

    interface Backward {
        void run(
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
}
