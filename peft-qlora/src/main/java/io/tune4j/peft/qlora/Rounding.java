// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.backend.host.Bfloat16;
import io.tune4j.api.tensor.DType;

/** The rounding of intermediate results in quantization; bf16 weights need PyTorch's. */
enum Rounding {
    FLOAT32 {
        @Override
        float round(float value) {
            return value;
        }
    },
    BFLOAT16 {
        @Override
        float round(float value) {
            return Bfloat16.round(value);
        }
    };

    abstract float round(float value);

    /** The number's place among all numbers of this kind, from the lowest to the highest. */
    final int ordinal(float value) {
        return ascending(Float.floatToRawIntBits(value)) >> droppedBits();
    }

    /** The number at a place. */
    final float ofOrdinal(int place) {
        int dropped = place < 0 ? (1 << droppedBits()) - 1 : 0;
        return Float.intBitsToFloat(ascending(place << droppedBits() | dropped));
    }

    private int droppedBits() {
        return this == BFLOAT16 ? Bfloat16.SHIFT : 0;
    }

    /** A float's bits as an integer that grows with the float, and back. */
    private static int ascending(int bits) {
        return bits ^ (bits >> 31 & Integer.MAX_VALUE);
    }

    DType dtype() {
        return this == BFLOAT16 ? DType.BFLOAT16 : DType.FLOAT32;
    }
}
