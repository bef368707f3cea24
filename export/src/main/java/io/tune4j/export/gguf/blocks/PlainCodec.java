// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf.blocks;

/** Elements by themselves: fp32, fp16 and bf16, little-endian. */
public enum PlainCodec implements BlockCodec {
    F32(4) {
        @Override
        public void decode(byte[] from, int offset, float[] to, int start) {
            to[start] = Float.intBitsToFloat(from[offset] & 0xff
                    | (from[offset + 1] & 0xff) << 8
                    | (from[offset + 2] & 0xff) << 16
                    | from[offset + 3] << 24);
        }

        @Override
        public void encode(float[] from, int start, byte[] to, int offset) {
            int bits = Float.floatToRawIntBits(from[start]);
            for (int i = 0; i < Integer.BYTES; i++) {
                to[offset + i] = (byte) (bits >> 8 * i);
            }
        }
    },
    F16(2) {
        @Override
        public void decode(byte[] from, int offset, float[] to, int start) {
            to[start] = Float16.read(from, offset);
        }

        @Override
        public void encode(float[] from, int start, byte[] to, int offset) {
            Float16.write(from[start], to, offset);
        }
    },
    BF16(2) {
        @Override
        public void decode(byte[] from, int offset, float[] to, int start) {
            to[start] = Float.intBitsToFloat((from[offset] & 0xff) << 16 | from[offset + 1] << 24);
        }

        @Override
        public void encode(float[] from, int start, byte[] to, int offset) {
            int bits = Float.floatToRawIntBits(from[start]);
            boolean nan = (bits & 0x7fffffff) > 0x7f800000;
            // Rounding up could carry a NaN into an infinity.
            int upper = nan ? bits >>> 16 | 0x40 : bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
            to[offset] = (byte) upper;
            to[offset + 1] = (byte) (upper >> 8);
        }
    };

    private final int bytes;

    PlainCodec(int bytes) {
        this.bytes = bytes;
    }

    @Override
    public int elements() {
        return 1;
    }

    @Override
    public int bytes() {
        return bytes;
    }
}
