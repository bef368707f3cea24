// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * {@code target = target + factor * other} for each element; the sum is made in fp32 and rounded once.
 *
 * @param elements dtype of both operands
 * @param target {@code [count]}, updated
 * @param other {@code [count]}; may be {@code target}
 */
public record AddScaled(Elements elements, long target, long other, long count, float factor) {
    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.addScaled(target, other, count, factor, elements.bytes());
    }
}
