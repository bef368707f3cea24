// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.tensor.DType;
import io.tune4j.testkit.peft.PeftMethodConformance;
import java.util.List;

class DoraConformanceTest extends PeftMethodConformance {
    @Override
    protected PeftMethod method() {
        return LoraMethod.dora();
    }

    @Override
    protected String options(DType adapterDtype) {
        return "lora_rank: 2\nlora_alpha: 3\ntarget_modules: [q_proj, v_proj, down_proj]\nadapter_dtype: "
                + adapterDtype;
    }

    /** DoRA takes the norm for a constant (section 4.3 of its paper), so A and B have another gradient than the loss. */
    @Override
    protected List<Parameter> differentiated(List<Parameter> parameters) {
        return parameters.stream()
                .filter(parameter -> parameter.name().contains("magnitude"))
                .toList();
    }
}
