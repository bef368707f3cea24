// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * Gradients of keys or values as {@link Attention.Backward} sums them.
 *
 * @param address {@code [rows, width]} in fp32 without gaps
 * @param rows keys
 * @param width elements of a head
 */
public record AttentionSums(long address, int rows, int width) {
    /** Adds sums of the same keys. */
    public void add(long others) {
        NativeMethods.attentionAdd(address, others, (long) rows * width);
    }

    /** Writes them, times a factor, as rows of elements. */
    public void write(Elements elements, double factor, Rows target) {
        NativeMethods.attentionWrite(
                address, rows, width, (float) factor, target.address(), target.stride(), elements.bytes());
    }
}
