// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf.blocks;

import java.util.Arrays;

/** {@code Q6_K}: 256 elements in 16 parts of 16, {@code x = (d s) (q - 32)} with a signed s of 8 bits for each part. */
final class SixBitSuperBlock implements BlockCodec {
    private static final int SIZE = 256;
    private static final int PART = 16;
    private static final int PARTS = SIZE / PART;
    private static final int HALF_RANGE = 32;
    private static final int HIGH_AT = 128;
    private static final int SCALES_AT = 192;
    private static final int D_AT = 208;

    @Override
    public int elements() {
        return SIZE;
    }

    @Override
    public int bytes() {
        return D_AT + 2;
    }

    @Override
    public void decode(byte[] from, int offset, float[] to, int start) {
        float d = Float16.read(from, offset + D_AT);
        for (int element = 0; element < SIZE; element++) {
            int low = from[offset + lowAt(element)] >> lowShift(element) & 0xf;
            int high = from[offset + HIGH_AT + highAt(element)] >> highShift(element) & 3;
            to[start + element] = d * from[offset + SCALES_AT + element / PART] * ((low | high << 4) - HALF_RANGE);
        }
    }

    /** Of each 128 elements the first and the second 64 share 64 bytes. */
    private static int lowAt(int element) {
        return element / 128 * 64 + element % 64;
    }

    private static int lowShift(int element) {
        return element / 64 % 2 * 4;
    }

    /** Of each 128 elements four rows of 32 share 32 bytes. */
    private static int highAt(int element) {
        return element / 128 * 32 + element % 32;
    }

    private static int highShift(int element) {
        return element / 32 % 4 * 2;
    }

    @Override
    public void encode(float[] from, int start, byte[] to, int offset) {
        Arrays.fill(to, offset, offset + bytes(), (byte) 0);
        float[] scales = new float[PARTS];
        int[][] integers = new int[PARTS][PART];
        float extreme = 0;
        for (int part = 0; part < PARTS; part++) {
            scales[part] = ScaleSearch.symmetric(from, start + part * PART, HALF_RANGE, integers[part]);
            extreme = Math.abs(scales[part]) > Math.abs(extreme) ? scales[part] : extreme;
        }
        if (Math.abs(extreme) < ScaleSearch.NEGLIGIBLE) {
            return;
        }
        float inverse = -128f / extreme;
        float d = Float16.write(1 / inverse, to, offset + D_AT);
        for (int part = 0; part < PARTS; part++) {
            int scale = Math.min(127, (int) Math.rint(inverse * scales[part]));
            to[offset + SCALES_AT + part] = (byte) scale;
            if (d * scale != 0) {
                round(from, start + part * PART, d * scale, integers[part]);
            }
            pack(integers[part], part, to, offset);
        }
    }

    private static void round(float[] from, int at, float scale, int[] integers) {
        for (int i = 0; i < PART; i++) {
            double nearest = Math.rint(from[at + i] / scale);
            integers[i] = (int) Math.max(-HALF_RANGE, Math.min(HALF_RANGE - 1, nearest)) + HALF_RANGE;
        }
    }

    private static void pack(int[] integers, int part, byte[] to, int offset) {
        for (int i = 0; i < PART; i++) {
            int element = part * PART + i;
            to[offset + lowAt(element)] |= (byte) ((integers[i] & 0xf) << lowShift(element));
            to[offset + HIGH_AT + highAt(element)] |= (byte) (integers[i] >> 4 << highShift(element));
        }
    }
}
