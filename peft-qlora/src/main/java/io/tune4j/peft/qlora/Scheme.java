// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.tensor.DType;

/**
 * Whose four bits.
 *
 * @param name of the weight format
 * @param blockSize elements that share a scaler
 * @param scalerBlockSize scalers that share a factor, or 0 where scalers stay as they are
 */
record Scheme(String name, int blockSize, int scalerBlockSize) {
    /** torchao's: levels in four digits, scalers in 8 bits, everything in the dtype of the weights. */
    static final String NF4 = "nf4";

    /** bitsandbytes' without nested quantization: levels as published, scalers in fp32, everything in fp32. */
    static final String BNB = "bnb_4bit";

    boolean quantizesScalers() {
        return scalerBlockSize > 0;
    }

    BlockLayout layout(long elements) {
        return new BlockLayout(elements, blockSize, Math.max(1, scalerBlockSize));
    }

    /** bf16 weights are quantized in bf16 by torchao, all others in fp32. */
    Rounding rounding(DType computeDtype) {
        return quantizesScalers() && computeDtype == DType.BFLOAT16 ? Rounding.BFLOAT16 : Rounding.FLOAT32;
    }

    Levels levels(Rounding rounding) {
        return quantizesScalers() ? Levels.torchao(rounding) : Levels.published();
    }
}
