// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * A product of few rows with a weight of four bits, {@code y = x W'}. The weight is unpacked in registers, an element as {@link FourBits}
 * does it. Sums are made in fp32, in an order that depends on {@code inner} alone.
 *
 * @param elements dtype of {@code x} and {@code y}
 * @param x {@code [rows, inner]}
 * @param codes of the weight {@code [count, inner]}, two to a byte, the first element's in the upper half
 * @param levels {@code [16]} in fp32
 * @param scales {@code [count * inner / size]}
 * @param scaleElements dtype of {@code scales}
 * @param size elements of a block: a multiple of {@link #BLOCK} that divides {@code inner}
 * @param y {@code [rows, count]}
 * @param scratch {@link FewRows#scratchBytes} of memory at a multiple of 64
 */
public record FewRowsOfFourBits(
        Elements elements,
        Rows x,
        long rows,
        long inner,
        long codes,
        long levels,
        long scales,
        Elements scaleElements,
        long size,
        long count,
        Rows y,
        long scratch) {
    /** The size of blocks is a multiple of this. */
    public static final int BLOCK = 16;

    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.fewRowsOfFourBits(
                x.address(),
                x.stride(),
                rows,
                inner,
                codes,
                levels,
                scales,
                size,
                count,
                y.address(),
                y.stride(),
                scratch,
                scaleElements.bytes(),
                elements.bytes());
    }
}
