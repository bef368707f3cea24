// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf.blocks;

/**
 * Blocks of 32 elements with a scale in fp16: {@code Q4_0}, {@code Q4_1}, {@code Q5_0} and {@code Q8_0}. The symmetric encodings of
 * 4 and 5 bits divide by the value of largest magnitude, with its sign, so that this value is represented best.
 */
public enum SmallBlocks implements BlockCodec {
    /** {@code x = d (q - 8)}, two elements in a byte: i and i + 16. */
    Q4_0(18) {
        @Override
        public void decode(byte[] from, int offset, float[] to, int start) {
            float d = Float16.read(from, offset);
            for (int i = 0; i < HALF; i++) {
                int pair = from[offset + 2 + i];
                to[start + i] = d * ((pair & 0xf) - 8);
                to[start + HALF + i] = d * ((pair >> 4 & 0xf) - 8);
            }
        }

        @Override
        public void encode(float[] from, int start, byte[] to, int offset) {
            float d = extreme(from, start) / -8;
            float inverse = inverse(d);
            Float16.write(d, to, offset);
            for (int i = 0; i < HALF; i++) {
                int low = Math.min(15, (int) (from[start + i] * inverse + 8.5f));
                int high = Math.min(15, (int) (from[start + HALF + i] * inverse + 8.5f));
                to[offset + 2 + i] = (byte) (low | high << 4);
            }
        }
    },
    /** {@code x = d q + m}. */
    Q4_1(20) {
        @Override
        public void decode(byte[] from, int offset, float[] to, int start) {
            float d = Float16.read(from, offset);
            float m = Float16.read(from, offset + 2);
            for (int i = 0; i < HALF; i++) {
                int pair = from[offset + 4 + i];
                to[start + i] = d * (pair & 0xf) + m;
                to[start + HALF + i] = d * (pair >> 4 & 0xf) + m;
            }
        }

        @Override
        public void encode(float[] from, int start, byte[] to, int offset) {
            float least = from[start];
            float most = from[start];
            for (int i = 1; i < SIZE; i++) {
                least = Math.min(least, from[start + i]);
                most = Math.max(most, from[start + i]);
            }
            float d = (most - least) / 15;
            float inverse = inverse(d);
            Float16.write(d, to, offset);
            Float16.write(least, to, offset + 2);
            for (int i = 0; i < HALF; i++) {
                int low = Math.min(15, (int) ((from[start + i] - least) * inverse + 0.5f));
                int high = Math.min(15, (int) ((from[start + HALF + i] - least) * inverse + 0.5f));
                to[offset + 4 + i] = (byte) (low | high << 4);
            }
        }
    },
    /** {@code x = d (q - 16)}; the fifth bits of all elements are a word before the pairs. */
    Q5_0(22) {
        @Override
        public void decode(byte[] from, int offset, float[] to, int start) {
            float d = Float16.read(from, offset);
            for (int i = 0; i < HALF; i++) {
                int pair = from[offset + 6 + i];
                to[start + i] = d * ((pair & 0xf | fifth(from, offset, i)) - 16);
                to[start + HALF + i] = d * ((pair >> 4 & 0xf | fifth(from, offset, i + HALF)) - 16);
            }
        }

        private int fifth(byte[] from, int offset, int element) {
            return (from[offset + 2 + element / 8] >> element % 8 & 1) << 4;
        }

        @Override
        public void encode(float[] from, int start, byte[] to, int offset) {
            float d = extreme(from, start) / -16;
            float inverse = inverse(d);
            Float16.write(d, to, offset);
            int fifths = 0;
            for (int i = 0; i < HALF; i++) {
                int low = Math.min(31, (int) (from[start + i] * inverse + 16.5f));
                int high = Math.min(31, (int) (from[start + HALF + i] * inverse + 16.5f));
                to[offset + 6 + i] = (byte) (low & 0xf | high << 4);
                fifths |= (low >> 4) << i | (high >> 4) << i + HALF;
            }
            for (int i = 0; i < Integer.BYTES; i++) {
                to[offset + 2 + i] = (byte) (fifths >> 8 * i);
            }
        }
    },
    /** {@code x = d q}, a byte for each element. */
    Q8_0(34) {
        @Override
        public void decode(byte[] from, int offset, float[] to, int start) {
            float d = Float16.read(from, offset);
            for (int i = 0; i < SIZE; i++) {
                to[start + i] = from[offset + 2 + i] * d;
            }
        }

        @Override
        public void encode(float[] from, int start, byte[] to, int offset) {
            float d = Math.abs(extreme(from, start)) / 127;
            float inverse = inverse(d);
            Float16.write(d, to, offset);
            for (int i = 0; i < SIZE; i++) {
                float scaled = from[start + i] * inverse;
                // Halves go away from zero.
                double magnitude = Math.floor(Math.abs((double) scaled) + 0.5);
                to[offset + 2 + i] = (byte) (scaled < 0 ? -magnitude : magnitude);
            }
        }
    };

    private static final int SIZE = 32;
    private static final int HALF = SIZE / 2;

    private final int bytes;

    SmallBlocks(int bytes) {
        this.bytes = bytes;
    }

    @Override
    public int elements() {
        return SIZE;
    }

    @Override
    public int bytes() {
        return bytes;
    }

    /** The first value of largest magnitude. */
    private static float extreme(float[] from, int start) {
        float extreme = 0;
        for (int i = start; i < start + SIZE; i++) {
            if (Math.abs(from[i]) > Math.abs(extreme)) {
                extreme = from[i];
            }
        }
        return extreme;
    }

    private static float inverse(float d) {
        return d == 0 ? 0 : 1 / d;
    }
}
