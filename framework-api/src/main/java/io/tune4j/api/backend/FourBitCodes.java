// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/**
 * Numbers in four bits each: an element is the level that its code names times the scale of its block, rounded to the dtype of
 * both.
 *
 * @param codes uint8 {@code [blocks * blockSize / 2]}, two codes in each byte, the first in the high nibble
 * @param levels {@code [16]}
 * @param scales {@code [blocks]} in the levels' dtype
 * @param blockSize neighbouring elements that share a scale, an even number
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record FourBitCodes(Tensor codes, Tensor levels, Tensor scales, int blockSize) {
    /** Number of levels. */
    public static final int LEVELS = 16;

    public FourBitCodes {
        boolean fits = codes.dtype() == DType.UINT8
                && levels.elementCount() == LEVELS
                && levels.dtype() == scales.dtype()
                && blockSize > 0
                && blockSize % 2 == 0
                && codes.elementCount() == scales.elementCount() * (blockSize / 2);
        if (!fits) {
            throw new InternalException(
                    "codes " + codes + ", levels " + levels + " and scales " + scales + " for blocks of " + blockSize);
        }
    }

    /** Elements that the blocks have room for. */
    public long capacity() {
        return scales.elementCount() * blockSize;
    }

    /** The codes of {@code count} blocks from {@code first} on. The tensors are views, which belong to the caller's scope. */
    public FourBitCodes blocks(long first, long count) {
        long bytes = blockSize / 2;
        return new FourBitCodes(codes.rows(first * bytes, count * bytes), levels, scales.rows(first, count), blockSize);
    }
}
