package io.tune4j.recipes;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.OptimizerProvider;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Parts of a run that are kept in another dtype than usual, which is fp32 for both.
 *
 * @param adapter of {@code adapter_dtype}, null if absent
 * @param optimizerState of {@code optimizer_state_dtype}, null if absent
 */
record PartPrecisions(@Nullable DType adapter, @Nullable DType optimizerState) {
    private static final String ADAPTER = "adapter_dtype";
    private static final String OPTIMIZER_STATE = "optimizer_state_dtype";

    static PartPrecisions read(ConfigReader root) {
        return new PartPrecisions(dtype(root, ADAPTER), dtype(root, OPTIMIZER_STATE));
    }

    /** fp32, bf16 or fp64; null if absent or wrong. */
    private static @Nullable DType dtype(ConfigReader root, String key) {
        if (!root.has(key)) {
            return null;
        }
        DType dtype = root.dtype(key, DType.FLOAT32);
        if (dtype == DType.FLOAT32 || dtype == DType.BFLOAT16 || dtype == DType.FLOAT64) {
            return dtype;
        }
        root.problem(
                key,
                dtype == DType.FLOAT16
                        ? "fp16 has too small a range for it: use bf16 or fp32"
                        : "expected bf16 or fp32, found " + dtype);
        return null;
    }

    /** The plan with the configured dtype of the adapter, which the model's section may also name. */
    ModelPlan apply(ConfigReader root, ModelPlan plan) {
        PeftPlan peft = plan.peft();
        if (adapter == null || peft == null) {
            return plan;
        }
        ConfigReader section = root.section("model");
        DType own = section.has(ADAPTER) ? section.dtype(ADAPTER, adapter) : adapter;
        if (own != adapter) {
            root.problem(
                    ADAPTER,
                    "is " + adapter + ", but model.adapter_dtype, the same thing, is " + own + "; keep one of them");
            return plan;
        }
        PeftPlan changed = peft.withAdapterDtype(adapter);
        if (changed == null) {
            root.problem(ADAPTER, "the method of '" + plan.name() + "' decides about its dtype itself; leave it out");
            return plan;
        }
        return new ModelPlan(plan.name(), plan.definition(), changed, plan.weightFormat());
    }

    /** The optimizer with the configured dtype of its state. */
    OptimizerProvider apply(ConfigReader root, OptimizerProvider provider) {
        if (optimizerState == null) {
            return provider;
        }
        OptimizerProvider changed = provider.withStateDtype(optimizerState);
        if (changed == null) {
            root.problem(
                    OPTIMIZER_STATE,
                    "the optimizer '" + root.section("optimizer").component()
                            + "' decides about its state itself; leave it out, or use AdamW");
        }
        return Objects.requireNonNullElse(changed, provider);
    }

    /** Adds what is not as usual, for a run that resumes. */
    void describe(Map<String, String> settings) {
        if (adapter != null && adapter != DType.FLOAT32) {
            settings.put(ADAPTER, adapter.configName());
        }
        if (optimizerState != null && optimizerState != DType.FLOAT32) {
            settings.put(OPTIMIZER_STATE, optimizerState.configName());
        }
    }
}
