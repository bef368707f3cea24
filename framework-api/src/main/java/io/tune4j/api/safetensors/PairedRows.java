// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

/**
 * The order of a projection's rows where each head's pairs are neighbours: row {@code 2 i + j} of a head there is row {@code i +
 * j * half} here ({@code transformers/models/llama/convert_llama_weights_to_hf.py}, function {@code permute}).
 *
 * @param headRows rows of a head, even
 */
record PairedRows(long headRows) {
    /** The stored position of the row with an index. */
    long stored(long row) {
        long half = headRows / 2;
        long inHead = row % headRows;
        return row - inHead + 2 * (inHead % half) + inHead / half;
    }
}
