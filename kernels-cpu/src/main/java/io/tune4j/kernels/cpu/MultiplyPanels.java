// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * The product of two operands in panels (Goto and van de Geijn 2008): {@code target = alpha * (left x right + before) (+ target)}, with
 * sums in fp32 and one rounding to the target's dtype.
 *
 * @param left address of {@code rows} in panels, packed by {@link PackPanels}
 * @param leftStride bytes from a left panel to the next
 * @param right address of {@code columns} in panels
 * @param rightStride bytes from a right panel to the next
 * @param rightStep bytes from a unit to the next along the inner side: a panel's columns times {@link PanelShape#UNIT}; or the row stride
 *     of a matrix of fp32 that is read as it is, whose columns must then be a multiple of the tier's lanes
 * @param inner units of the inner side
 * @param rows of the target
 * @param columns of the target
 * @param target address of {@code [rows, columns]}; the elements of a row have no gaps
 * @param targetStride bytes from a row to the next
 * @param before address of sums {@code [rows, columns]} in fp32 of earlier parts of the inner side, 0 for none
 * @param beforeStride bytes from a row of them to the next
 * @param alpha factor of the sums
 * @param adds whether what is in the target is added
 * @param elements dtype of the target
 * @param pairs whether a unit is a pair of bf16, only for tiers with {@link Tier#hasBf16Products}; else a float
 * @param byColumns whether a right panel meets all left ones before the next right one comes, so that it stays in the first-level cache;
 *     otherwise a left one meets all right ones
 */
public record MultiplyPanels(
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
        boolean adds,
        Elements elements,
        boolean pairs,
        boolean byColumns) {
    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.multiplyPanels(
                left,
                leftStride,
                right,
                rightStride,
                rightStep,
                inner,
                rows,
                columns,
                target,
                targetStride,
                before,
                beforeStride,
                alpha,
                adds ? 1 : 0,
                elements.bytes(),
                pairs ? 1 : 0,
                byColumns ? 1 : 0);
    }
}
