// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * A product of few rows with a weight: {@code y = alpha * x W'}, or {@code y + alpha * x W'}. The weight is read where it lies, once for
 * every four rows, so that one row takes the time in which memory delivers the weight. Sums are made in fp32, in an order that depends on
 * {@code inner} alone.
 *
 * @param elements dtype of all operands
 * @param x {@code [rows, inner]}
 * @param weight {@code [count, inner]}
 * @param y {@code [rows, count]}
 * @param adds whether y's content is added to
 * @param scratch {@link #scratchBytes} of memory at a multiple of 64
 */
public record FewRows(
        Elements elements,
        Rows x,
        long rows,
        long inner,
        Rows weight,
        long count,
        Rows y,
        float alpha,
        boolean adds,
        long scratch) {
    /** Bytes that {@link #scratch} must have. */
    public static long scratchBytes(Elements elements, long rows, long inner) {
        return elements == Elements.FP32 ? 0 : rows * inner * Float.BYTES;
    }

    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.fewRows(
                x.address(),
                x.stride(),
                rows,
                inner,
                weight.address(),
                weight.stride(),
                count,
                y.address(),
                y.stride(),
                alpha,
                adds ? 1 : 0,
                scratch,
                elements.bytes());
    }
}
