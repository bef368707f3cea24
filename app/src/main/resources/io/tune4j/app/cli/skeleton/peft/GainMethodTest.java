package @package@;

import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.tensor.DType;
import io.tune4j.testkit.peft.PeftMethodConformance;

/** Everything that a PEFT method must do, from the kit. */
class GainMethodTest extends PeftMethodConformance {
    @Override
    protected PeftMethod method() {
        return new GainMethod();
    }

    @Override
    protected String options(DType adapterDtype) {
        return "target_modules: [q_proj, v_proj, down_proj]\nadapter_dtype: " + adapterDtype;
    }
}
