// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * Unpacks weights of four bits, such as QLoRA's NF4 (Dettmers et al. 2023): an element is the level that its code names, times its block's
 * scale, rounded to the scale's dtype.
 *
 * @param codes two to a byte, the first element's in the upper half
 * @param levels {@code [16]} in fp32
 * @param scales {@code [blocks]}
 * @param scaleElements dtype of {@code scales}
 * @param size elements of a block, an even number
 * @param target {@code [blocks * size]}
 * @param elements dtype of {@code target}
 */
public record FourBits(
        long codes,
        long levels,
        long scales,
        Elements scaleElements,
        long blocks,
        long size,
        long target,
        Elements elements) {
    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.unpackFourBits(
                codes, levels, scales, blocks, size, target, scaleElements.bytes(), elements.bytes());
    }
}
