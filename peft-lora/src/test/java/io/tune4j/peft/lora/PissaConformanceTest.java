// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.tensor.DType;
import io.tune4j.testkit.peft.PeftMethodConformance;
import java.util.List;

class PissaConformanceTest extends PeftMethodConformance {
    @Override
    protected PeftMethod method() {
        return LoraMethod.lora();
    }

    /** Another format would round the base without its principal part, so the model would begin with other values. */
    @Override
    protected List<WeightFormat> formats() {
        return List.of(new DenseFormat());
    }

    @Override
    protected String options(DType adapterDtype) {
        return "lora_rank: 2\nlora_alpha: 3\ntarget_modules: [q_proj, v_proj, down_proj]\ninit_lora_weights: pissa\nadapter_dtype: "
                + adapterDtype;
    }
}
