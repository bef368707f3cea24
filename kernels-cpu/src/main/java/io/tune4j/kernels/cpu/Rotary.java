// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * Rotary position embedding in place (Su et al. 2021, equation 34) on the first heads of each row: element i of a head turns with element
 * {@code i + half}.
 *
 * @param elements dtype of {@code x}, {@code cos} and {@code sin}
 * @param x rows, of which the first {@code heads * 2 * half} elements are turned
 * @param stride bytes from a row to the next
 * @param half half of a head's elements
 * @param cos {@code [rows, half]} without gaps
 * @param sin {@code [rows, half]} without gaps
 * @param inverse whether to turn by the negative angle, which is the backward
 */
public record Rotary(
        Elements elements, long x, long stride, long rows, long heads, long half, long cos, long sin, boolean inverse) {
    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.rotary(x, stride, rows, heads, half, cos, sin, inverse ? -1 : 1, elements.bytes());
    }
}
