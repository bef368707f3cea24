// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

/**
 * The scalers of a weight's blocks, themselves quantized to 8 bits: {@code scaler = code / factor + mean} (Dettmers et al.
 * 2023, section 3; torchao's {@code quantization/nf4tensor.py}).
 *
 * @param codes {@code [scaler blocks * size]}, the signed code plus 128; padding is 128
 * @param factors {@code [scaler blocks]}
 * @param mean of all scalers
 */
record QuantizedScalers(byte[] codes, float[] factors, float mean) {
    private static final int LOWEST = -128;
    private static final int HIGHEST = 127;
    private static final int ZERO = 128;

    /** @param largest the largest absolute value of each block */
    static QuantizedScalers quantize(float[] largest, BlockLayout layout, Rounding rounding) {
        double sum = 0;
        for (float value : largest) {
            sum += value;
        }
        float mean = rounding.round((float) (sum / largest.length));
        byte[] codes = new byte[layout.scalerBytes()];
        float[] factors = new float[layout.scalerBlocks()];
        for (int block = 0; block < factors.length; block++) {
            int start = block * layout.scalerBlockSize();
            int end = Math.min(largest.length, start + layout.scalerBlockSize());
            float widest = 0;
            for (int i = start; i < end; i++) {
                widest = Math.max(widest, Math.abs(rounding.round(largest[i] - mean)));
            }
            // Scalers that are all the same need no code.
            factors[block] = widest == 0 ? 1 : rounding.round(256 / rounding.round(2 * widest));
            for (int i = start; i < start + layout.scalerBlockSize(); i++) {
                float wanted = i < end ? rounding.round(rounding.round(largest[i] - mean) * factors[block]) : 0;
                codes[i] = (byte) (Math.min(HIGHEST, Math.max(LOWEST, Math.rint(wanted))) + ZERO);
            }
        }
        return new QuantizedScalers(codes, factors, mean);
    }
}
