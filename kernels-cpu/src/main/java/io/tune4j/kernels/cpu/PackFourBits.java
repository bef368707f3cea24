package io.tune4j.kernels.cpu;

/**
 * Packs columns of the right operand of a matrix product, given as codes of four bits each, into panels as {@link PackPanels} does, so that
 * the numbers that the codes stand for never lie in memory. An element is the level that its code names times the scale of its block
 * (NF4: Dettmers et al. 2023, section 3), rounded to the scales' dtype.
 *
 * <p>The codes are a matrix by rows. Its rows are the operand's columns if {@code byRows}, otherwise its columns are.
 *
 * @param elements dtype of the scales
 * @param codes address of two codes a byte, the first in the high nibble
 * @param levels address of 16 levels in fp32
 * @param scales address of one for each block
 * @param blockSize neighbours in a row that share a scale: a power of two, 32 or more, that divides the width
 * @param width elements of a row of the matrix
 * @param row of the matrix, the first one
 * @param column of the matrix, the first one; a multiple of 32, or of the tier's lanes if not {@code byRows}
 * @param size columns of the operand
 * @param inner elements of each; a multiple of 32 if {@code byRows}
 * @param target address of the first panel
 * @param panelStride bytes from a panel to the next
 * @param pairs whether a unit is a pair of bf16
 */
public record PackFourBits(
        Elements elements,
        long codes,
        long levels,
        long scales,
        int blockSize,
        long width,
        long row,
        long column,
        long size,
        long inner,
        boolean byRows,
        long target,
        long panelStride,
        boolean pairs) {
    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.packFourBits(
                codes,
                levels,
                scales,
                elements.bytes(),
                shift(),
                width,
                row,
                column,
                size,
                inner,
                byRows ? 1 : 0,
                target,
                panelStride,
                pairs ? 1 : 0);
    }

    /** The block's size as a power of two. */
    int shift() {
        return Integer.numberOfTrailingZeros(blockSize);
    }
}
