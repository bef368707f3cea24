package io.tune4j.peft.qlora;

import io.tune4j.api.backend.host.Bfloat16;
import io.tune4j.api.tensor.DType;

/** What results are rounded to while a weight is quantized, so that bf16 weights give what PyTorch gives. */
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

    DType dtype() {
        return this == BFLOAT16 ? DType.BFLOAT16 : DType.FLOAT32;
    }
}
