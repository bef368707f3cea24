package io.tune4j.kernels.cpu.products;

import io.tune4j.kernels.cpu.Elements;

/**
 * A matrix of codes of four bits each (NF4: Dettmers et al. 2023, section 3). An element is the level that its code names times the scale
 * of its block, rounded to the scales' dtype.
 *
 * @param elements dtype of the scales, and so of the matrix
 * @param codes address of two codes a byte, the first in the high nibble; rows of the stored matrix have no gaps between them
 * @param levels address of 16 levels in fp32
 * @param scales address of one for each block
 * @param blockSize neighbours in a stored row that share a scale
 * @param isTransposed whether this is the stored matrix with its rows as columns
 */
public record FourBitMatrix(
        long codes,
        long levels,
        long scales,
        long rows,
        long columns,
        int blockSize,
        Elements elements,
        boolean isTransposed)
        implements Operand {
    /** Elements that packing reads at a time. */
    private static final int LEAST_BLOCK = 32;

    @Override
    public FourBitMatrix transposed() {
        return new FourBitMatrix(codes, levels, scales, columns, rows, blockSize, elements, !isTransposed);
    }

    /** Elements of a row of the stored matrix. */
    long width() {
        return isTransposed ? rows : columns;
    }

    /** Whether no block is in two rows, and blocks have a size that packing knows. */
    boolean hasWholeBlocks() {
        return blockSize >= LEAST_BLOCK && Integer.bitCount(blockSize) == 1 && width() % blockSize == 0;
    }
}
