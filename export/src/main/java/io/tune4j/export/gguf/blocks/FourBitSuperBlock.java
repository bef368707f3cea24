// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf.blocks;

/**
 * {@code Q4_K}: 256 elements in 8 parts of 32, {@code x = (d s) q - (dmin m)} with s and m of 6 bits for each part. The scale and the
 * offset of a part come from a search that weighs errors of large values more.
 */
final class FourBitSuperBlock implements BlockCodec {
    private static final int SIZE = 256;
    private static final int PART = 32;
    private static final int PARTS = SIZE / PART;
    private static final int LARGEST = 15;
    private static final int LARGEST_SCALE = 63;
    private static final int SCALES_AT = 4;
    private static final int ELEMENTS_AT = 16;

    @Override
    public int elements() {
        return SIZE;
    }

    @Override
    public int bytes() {
        return ELEMENTS_AT + SIZE / 2;
    }

    @Override
    public void decode(byte[] from, int offset, float[] to, int start) {
        float d = Float16.read(from, offset);
        float least = Float16.read(from, offset + 2);
        for (int part = 0; part < PARTS; part++) {
            float scale = d * scale(from, offset + SCALES_AT, part);
            float shift = least * minimum(from, offset + SCALES_AT, part);
            int pairs = offset + ELEMENTS_AT + part / 2 * PART;
            for (int i = 0; i < PART; i++) {
                int element = from[pairs + i] >> part % 2 * 4 & 0xf;
                to[start + part * PART + i] = scale * element - shift;
            }
        }
    }

    /** Parts 0 to 3 have the low 6 bits of bytes 0 to 3; those of parts 4 to 7 are 4 bits of bytes 8 to 11 and 2 above the former. */
    private static int scale(byte[] from, int at, int part) {
        return part < 4 ? from[at + part] & 0x3f : from[at + part + 4] & 0xf | from[at + part - 4] >> 2 & 0x30;
    }

    private static int minimum(byte[] from, int at, int part) {
        return part < 4 ? from[at + part + 4] & 0x3f : from[at + part + 4] >> 4 & 0xf | from[at + part] >> 2 & 0x30;
    }

    private static void pack(int scale, int minimum, byte[] to, int at, int part) {
        if (part < 4) {
            to[at + part] = (byte) scale;
            to[at + part + 4] = (byte) minimum;
        } else {
            to[at + part + 4] = (byte) (scale & 0xf | (minimum & 0xf) << 4);
            to[at + part - 4] |= (byte) (scale >> 4 << 6);
            to[at + part] |= (byte) (minimum >> 4 << 6);
        }
    }

    @Override
    public void encode(float[] from, int start, byte[] to, int offset) {
        float[] scales = new float[PARTS];
        float[] minima = new float[PARTS];
        float[] weights = new float[PART];
        int[][] integers = new int[PARTS][PART];
        float mostScale = 0;
        float mostMinimum = 0;
        for (int part = 0; part < PARTS; part++) {
            int at = start + part * PART;
            weigh(from, at, weights);
            ScaleSearch.Line line = ScaleSearch.line(from, at, weights, LARGEST, integers[part]);
            scales[part] = line.scale();
            minima[part] = line.minimum();
            mostScale = Math.max(mostScale, scales[part]);
            mostMinimum = Math.max(mostMinimum, minima[part]);
        }
        float inverseScale = mostScale > 0 ? LARGEST_SCALE / mostScale : 0;
        float inverseMinimum = mostMinimum > 0 ? LARGEST_SCALE / mostMinimum : 0;
        float d = Float16.write(mostScale / LARGEST_SCALE, to, offset);
        float least = Float16.write(mostMinimum / LARGEST_SCALE, to, offset + 2);
        for (int part = 0; part < PARTS; part++) {
            int scale = Math.min(LARGEST_SCALE, (int) Math.rint(inverseScale * scales[part]));
            int minimum = Math.min(LARGEST_SCALE, (int) Math.rint(inverseMinimum * minima[part]));
            pack(scale, minimum, to, offset + SCALES_AT, part);
            if (d * scale != 0) {
                round(from, start + part * PART, d * scale, least * minimum, integers[part]);
            }
            pack(integers[part], to, offset + ELEMENTS_AT, part);
        }
    }

    private static void weigh(float[] from, int at, float[] weights) {
        float squares = 0;
        for (int i = 0; i < PART; i++) {
            squares += from[at + i] * from[at + i];
        }
        float mean = (float) Math.sqrt(squares / PART);
        for (int i = 0; i < PART; i++) {
            weights[i] = mean + Math.abs(from[at + i]);
        }
    }

    private static void round(float[] from, int at, float scale, float shift, int[] integers) {
        for (int i = 0; i < PART; i++) {
            integers[i] = (int) Math.max(0, Math.min(LARGEST, Math.rint((from[at + i] + shift) / scale)));
        }
    }

    private static void pack(int[] integers, byte[] to, int elementsAt, int part) {
        int pairs = elementsAt + part / 2 * PART;
        for (int i = 0; i < PART; i++) {
            to[pairs + i] = (byte) (part % 2 == 0 ? integers[i] : to[pairs + i] | integers[i] << 4);
        }
    }
}
