// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.peft;

import io.tune4j.api.config.ConfigSection;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightFormat;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The model that a section describes, resolved but not built.
 *
 * @param name the {@code _component_} as written
 * @param definition the base model
 * @param peft what to train on it, or null for the bare model
 * @param weightFormat how its frozen projections are stored
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@ConfigSection("model")
public record ModelPlan(
        String name, ModelDefinition definition, @Nullable PeftPlan peft, WeightFormat weightFormat) {}
