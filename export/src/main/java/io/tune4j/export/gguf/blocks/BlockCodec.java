// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf.blocks;

/** An encoding of elements in blocks of a fixed number of elements and bytes. Without state. */
public interface BlockCodec {
    /** Elements of a block. */
    int elements();

    /** Bytes of a block. */
    int bytes();

    /**
     * Decodes one block to fp32.
     *
     * @param from holds the block at {@code offset}
     * @param to receives {@link #elements} values from {@code start}
     */
    void decode(byte[] from, int offset, float[] to, int start);

    /**
     * Encodes one block as ggml's reference implementation rounds it.
     *
     * @param from holds {@link #elements} finite values from {@code start}
     * @param to receives the block at {@code offset}
     */
    void encode(float[] from, int start, byte[] to, int offset);
}
