package io.tune4j.api.model;

import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.plugin.ConfigSection;
import org.jspecify.annotations.Nullable;

/**
 * The model that a section describes, resolved but not built.
 *
 * @param name the {@code _component_} as written
 * @param definition the base model
 * @param peft what to train on it, or null for the bare model
 * @param weightFormat how its frozen projections are stored
 */
@ConfigSection("model")
public record ModelPlan(
        String name, ModelDefinition definition, @Nullable PeftPlan peft, WeightFormat weightFormat) {}
