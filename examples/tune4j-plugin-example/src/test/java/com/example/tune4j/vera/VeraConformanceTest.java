package com.example.tune4j.vera;

import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.tensor.DType;
import io.tune4j.testkit.peft.PeftMethodConformance;

class VeraConformanceTest extends PeftMethodConformance {
    @Override
    protected PeftMethod method() {
        return new VeraMethod();
    }

    @Override
    protected String options(DType adapterDtype) {
        return "vera_rank: 4\ntarget_modules: [q_proj, v_proj, down_proj]\nadapter_dtype: " + adapterDtype;
    }
}
