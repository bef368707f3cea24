// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.tensor.DType;
import io.tune4j.testkit.peft.PeftMethodConformance;

class EvaConformanceTest extends PeftMethodConformance {
    @Override
    protected PeftMethod method() {
        return LoraMethod.lora();
    }

    @Override
    protected String options(DType adapterDtype) {
        return "lora_rank: 2\nlora_alpha: 3\ntarget_modules: [q_proj, v_proj, down_proj]\ninit_lora_weights: eva\nadapter_dtype: "
                + adapterDtype;
    }
}
