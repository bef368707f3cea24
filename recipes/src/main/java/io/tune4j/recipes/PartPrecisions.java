package io.tune4j.recipes;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelPlan;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.OptimizerProvider;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The keys {@code adapter_dtype} and {@code optimizer_state_dtype}: parts of a run that are kept in another dtype than usual. */
final class PartPrecisions {
    static final String ADAPTER = "adapter_dtype";
    static final String OPTIMIZER_STATE = "optimizer_state_dtype";

    private PartPrecisions() {}

    /** The plan with its adapter in the dtype of {@code adapter_dtype}, which may also stand in the model's section. */
    static ModelPlan apply(ConfigReader root, ModelPlan plan) {
        DType dtype = read(root, ADAPTER);
        PeftPlan peft = plan.peft();
        if (dtype == null || peft == null) {
            return plan;
        }
        ConfigReader section = root.section("model");
        if (section.has(ADAPTER) && section.dtype(ADAPTER, dtype) != dtype) {
            root.problem(
                    ADAPTER,
                    "is " + dtype + ", but model.adapter_dtype, the same thing, is " + section.dtype(ADAPTER, dtype)
                            + "; keep one of them");
            return plan;
        }
        PeftPlan changed = peft.withAdapterDtype(dtype);
        if (changed == null) {
            root.problem(ADAPTER, "the method of '" + plan.name() + "' decides about its dtype itself; leave it out");
            return plan;
        }
        return new ModelPlan(plan.name(), plan.definition(), changed, plan.weightFormat());
    }

    /** The optimizer with its state in the dtype of {@code optimizer_state_dtype}. */
    static OptimizerProvider apply(ConfigReader root, OptimizerProvider provider) {
        DType dtype = read(root, OPTIMIZER_STATE);
        if (dtype == null) {
            return provider;
        }
        OptimizerProvider changed = provider.withStateDtype(dtype);
        if (changed == null) {
            root.problem(
                    OPTIMIZER_STATE,
                    "the optimizer '" + root.section("optimizer").component()
                            + "' decides about its state itself; leave it out, or use AdamW");
        }
        return Objects.requireNonNullElse(changed, provider);
    }

    /** The keys that are there with something else than fp32, for the state that a run resumes from. */
    static SortedMap<String, String> written(ConfigReader root) {
        SortedMap<String, String> written = new TreeMap<>();
        for (String key : List.of(ADAPTER, OPTIMIZER_STATE)) {
            if (root.has(key) && root.dtype(key, DType.FLOAT32) != DType.FLOAT32) {
                written.put(key, root.dtype(key, DType.FLOAT32).configName());
            }
        }
        return written;
    }

    /** fp32 or bf16; null if absent or wrong. */
    private static @Nullable DType read(ConfigReader root, String key) {
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
}
