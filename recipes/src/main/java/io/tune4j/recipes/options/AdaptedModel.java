// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.tensor.DType;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A model with what is trained of it: an adapter, or all weights.
 *
 * @param plan of section {@code model}, whose {@code _component_} is {@code <peft>_<builder>}, such as {@code lora_llama3_1_8b}, or
 *     {@code lora_llama} for whatever the checkpoint's config.json says; its other keys are the PEFT method's and the builder's
 * @param peft the plan's
 * @param dtypes by config key: those that the config names beside {@code dtype} and that a resumed run must repeat
 */
public record AdaptedModel(ModelPlan plan, PeftPlan peft, SortedMap<String, String> dtypes) {
    private static final String ADAPTER_DTYPE = "adapter_dtype";

    /** Null if its section is wrong, or the model's size is in a file that is not there. */
    public static @Nullable AdaptedModel read(ConfigValues config) {
        ConfigReader root = config.root();
        DType adapter = PartDtype.read(root, ADAPTER_DTYPE);
        ModelPlan plan = config.require(ModelPlan.class);
        DType dtype = config.require(DType.class);
        if (plan == null) {
            return null;
        }
        if (dtype != null) {
            requireComputable(root, plan, dtype);
        }
        PeftPlan peft = plan.peft();
        if (peft == null) {
            root.section("model")
                    .problem(
                            "_component_",
                            "'" + plan.name()
                                    + "' is a model without an adapter, and this recipe trains an adapter;"
                                    + " put the PEFT method's name before it: lora_" + plan.name());
            return null;
        }
        PeftPlan typed = adapter == null ? peft : typed(root, plan, peft, adapter);
        return new AdaptedModel(
                new ModelPlan(plan.name(), plan.definition(), typed, plan.weightFormat()), typed, dtypes(adapter));
    }

    private static SortedMap<String, String> dtypes(@Nullable DType adapter) {
        SortedMap<String, String> dtypes = new TreeMap<>();
        PartDtype.describe(dtypes, ADAPTER_DTYPE, adapter);
        return dtypes;
    }

    private static void requireComputable(ConfigReader root, ModelPlan plan, DType dtype) {
        Set<DType> computable = plan.weightFormat().computeDtypes();
        if (!computable.contains(dtype) && dtype.isFloating() && dtype != DType.FLOAT16) {
            root.problem(
                    "dtype",
                    "is " + dtype + ", but quantized base weights compute in "
                            + computable.stream()
                                    .map(DType::configName)
                                    .sorted()
                                    .collect(Collectors.joining(" or "))
                            + "; choose one of these, or leave model.quantize_base out");
        }
    }

    /** The method with its values in the dtype asked for, which may also stand in the model's own section. */
    private static PeftPlan typed(ConfigReader root, ModelPlan plan, PeftPlan peft, DType adapter) {
        ConfigReader section = root.section("model");
        DType own = section.has(ADAPTER_DTYPE) ? section.dtype(ADAPTER_DTYPE, adapter) : adapter;
        if (own != adapter) {
            root.problem(
                    ADAPTER_DTYPE,
                    "is " + adapter + ", but model.adapter_dtype, the same thing, is " + own + "; keep one of them");
            return peft;
        }
        PeftPlan changed = peft.withAdapterDtype(adapter);
        if (changed == null) {
            root.problem(
                    ADAPTER_DTYPE, "the method of '" + plan.name() + "' decides about its dtype itself; leave it out");
            return peft;
        }
        return changed;
    }

    public ModelDefinition definition() {
        return plan.definition();
    }

    /** Adds what must be the same in a run that resumes. */
    public void describe(Map<String, String> settings) {
        settings.put("model", plan.name());
        settings.putAll(dtypes);
    }
}
