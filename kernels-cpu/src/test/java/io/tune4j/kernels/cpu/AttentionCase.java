// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * Operands of attention for one group of heads, and what kernels make of them. Rows are fused, with some elements between the heads of
 * queries, keys and values, so that strides matter.
 */
final class AttentionCase {
    private static final int GAP = 3;

    final Elements elements;
    final int from;
    final int to;
    final int group;
    final int width;
    final int window;
    final float scale;
    final float cap;

    /** Rows of queries, a key and a value each. */
    final NativeRows fused;

    final NativeRows outputGradient;

    /** The outputs of a kernel. */
    record Results(
            NativeRows output,
            NativeRows statistics,
            NativeRows queryGradient,
            NativeRows keySums,
            NativeRows valueSums) {}

    AttentionCase(
            Elements elements,
            int from,
            int to,
            int group,
            int width,
            int window,
            float cap,
            double deviation,
            long seed) {
        this.elements = elements;
        this.from = from;
        this.to = to;
        this.group = group;
        this.width = width;
        this.window = window;
        this.cap = cap;
        scale = (float) (1 / Math.sqrt(width));
        fused = NativeRows.random(elements, to * fusedWidth(), seed, deviation);
        outputGradient = NativeRows.random(elements, to * outputWidth(), seed + 1, 1);
    }

    private int fusedWidth() {
        return group * width + 2 * width + 3 * GAP;
    }

    int outputWidth() {
        return group * width + GAP;
    }

    int queryAt(int position, int head, int i) {
        return position * fusedWidth() + head * width + i;
    }

    int keyAt(int position, int i) {
        return position * fusedWidth() + group * width + GAP + i;
    }

    int valueAt(int position, int i) {
        return keyAt(position, i) + width + GAP;
    }

    int firstKey() {
        return window == 0 ? 0 : Math.max(0, from - window + 1);
    }

    private long address(int element) {
        return fused.address() + (long) element * elements.bytes();
    }

    private static NativeRows scratch(long bytes) {
        return new NativeRows(Elements.FP32, Math.toIntExact((bytes + 3) / 4));
    }

    Results forward(AttentionKernels kernels) {
        int rows = to * outputWidth();
        int sums = (to - firstKey()) * width;
        Results results = new Results(
                new NativeRows(elements, rows),
                new NativeRows(Elements.FP32, group * to),
                new NativeRows(elements, rows),
                new NativeRows(Elements.FP32, sums),
                new NativeRows(Elements.FP32, sums));
        int keys = kernels.equals(AttentionKernels.PLAIN) ? to : to - firstKey();
        NativeRows scratch = scratch(kernels.scratch().bytes(keys, width, elements.bytes()));
        long stride = (long) fusedWidth() * elements.bytes();
        kernels.forward()
                .run(
                        address(queryAt(0, 0, 0)),
                        stride,
                        address(keyAt(0, 0)),
                        stride,
                        address(valueAt(0, 0)),
                        stride,
                        results.output.address(),
                        (long) outputWidth() * elements.bytes(),
                        results.statistics.address(),
                        (long) to * Float.BYTES,
                        from,
                        to,
                        group,
                        width,
                        window,
                        scale,
                        cap,
                        scratch.address(),
                        elements.bytes());
        scratch.check();
        return results;
    }

    /** Goes back from another one's forward and writes the gradients into the results. */
    void backward(AttentionKernels kernels, Results forward, Results results) {
        NativeRows scratch = scratch(kernels.backwardScratch().bytes(to - firstKey(), width, elements.bytes()));
        long stride = (long) fusedWidth() * elements.bytes();
        long outputStride = (long) outputWidth() * elements.bytes();
        kernels.backward()
                .run(
                        address(queryAt(0, 0, 0)),
                        stride,
                        address(keyAt(0, 0)),
                        stride,
                        address(valueAt(0, 0)),
                        stride,
                        forward.output.address(),
                        outputStride,
                        outputGradient.address(),
                        outputStride,
                        forward.statistics.address(),
                        (long) to * Float.BYTES,
                        results.queryGradient.address(),
                        outputStride,
                        results.keySums.address(),
                        results.valueSums.address(),
                        from,
                        to,
                        group,
                        width,
                        window,
                        scale,
                        cap,
                        scratch.address(),
                        elements.bytes());
        scratch.check();
    }
}
