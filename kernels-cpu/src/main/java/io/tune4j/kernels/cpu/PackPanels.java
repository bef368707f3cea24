// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * Packs an operand of a matrix product into panels, in the order in which {@link MultiplyPanels} reads it (Goto and van de Geijn 2008). A
 * panel is {@code [inner units, width]} without gaps, of which the width is a {@link PanelShape}'s rows or columns. A unit has four bytes:
 * a float, or a pair of bf16 that are neighbours along the inner side. What is missing in the last panel or pair is zeros.
 *
 * <p>One of {@code sideStride} and {@code innerStride} must be an element's bytes.
 *
 * @param elements dtype of the source; bf16 is widened to fp32 unless {@code pairs}
 * @param source address of the first element
 * @param sideStride bytes from a row of the left operand, or a column of the right one, to the next
 * @param innerStride bytes from an element to the next along the inner side
 * @param size rows of the left operand, or columns of the right one
 * @param inner elements of each
 * @param target address of the first panel; packing may also write {@link PanelShape#SLACK} bytes after each panel
 * @param panelStride bytes from a panel to the next
 * @param left whether the operand is the left one
 * @param pairs whether a unit is a pair of bf16
 */
public record PackPanels(
        Elements elements,
        long source,
        long sideStride,
        long innerStride,
        long size,
        long inner,
        long target,
        long panelStride,
        boolean left,
        boolean pairs) {
    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.packPanels(
                source,
                sideStride,
                innerStride,
                size,
                inner,
                elements.bytes(),
                target,
                panelStride,
                left ? 1 : 0,
                pairs ? 1 : 0);
    }
}
