// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

/**
 * The difference between a tensor in a checkpoint and in GGUF.
 *
 * @param pairedHeads heads whose rows are half a head apart in the checkpoint and neighbours in GGUF, because positions are rotated
 *     that way there; 0 for rows in order
 * @param plus added to every element: llama.cpp multiplies by a norm's weight where Gemma multiplies by 1 + weight
 */
public record TensorChange(long pairedHeads, float plus) {
    /** No difference. */
    public static final TensorChange NONE = new TensorChange(0, 0);

    /** Moves the rows of that many heads. */
    static TensorChange paired(long heads) {
        return new TensorChange(heads, 0);
    }

    /** Whether that many rows are whole pairs of all heads. */
    boolean fits(long rows) {
        return pairedHeads == 0 || pairedHeads > 0 && rows % pairedHeads == 0 && rows / pairedHeads % 2 == 0;
    }

    /** The checkpoint's row for a row of GGUF. */
    public long checkpointRow(long row, long rows) {
        if (pairedHeads == 0) {
            return row;
        }
        long headRows = rows / pairedHeads;
        long inHead = row % headRows;
        return row - inHead + inHead / 2 + inHead % 2 * (headRows / 2);
    }

    /** GGUF's row for a row of the checkpoint. */
    public long ggufRow(long row, long rows) {
        if (pairedHeads == 0) {
            return row;
        }
        long headRows = rows / pairedHeads;
        long half = headRows / 2;
        long inHead = row % headRows;
        return row - inHead + 2 * (inHead % half) + inHead / half;
    }
}
