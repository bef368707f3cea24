// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import io.tune4j.export.gguf.GgufType;

/**
 * The encoding of each tensor of a file, chosen as llama.cpp's quantizer does: vectors are fp32; the output projection, on which
 * quantization tells most, gets at least 6 bits; and rows that are not whole blocks of 256 get an encoding in blocks of 32.
 *
 * @param wanted of the matrices
 */
record TypeChoice(GgufType wanted) {
    /** Bits of an element from which the output projection is like the others. */
    private static final double PRECISE = 6.5;

    /**
     * Chooses.
     *
     * @param output whether the tensor is the output projection, or the embedding that is used as one
     */
    GgufType of(long[] shape, boolean output) {
        if (shape.length < 2) {
            return GgufType.F32;
        }
        long row = shape[shape.length - 1];
        GgufType type = output && wanted.bits() < PRECISE ? GgufType.Q6_K : wanted;
        if (type.fits(row)) {
            return type;
        }
        GgufType other = type == GgufType.Q4_K ? GgufType.Q5_0 : GgufType.Q8_0;
        return other.fits(row) ? other : GgufType.F16;
    }
}
