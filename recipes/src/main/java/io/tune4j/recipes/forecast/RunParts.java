// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.forecast;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.train.Loss;
import io.tune4j.recipes.data.DataSources;
import io.tune4j.recipes.memory.MemoryOptions;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.BatchOptions;
import io.tune4j.recipes.options.GradientSums;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.StepOptions;
import io.tune4j.recipes.options.Teacher;
import io.tune4j.recipes.options.Updates;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a run that decide what it takes.
 *
 * @param teacher a frozen model beside the trained one, or null
 * @param sums of gradients, where several workers share a step
 * @param maxTokens of a sample; null for no limit
 */
public record RunParts(
        BackendFactory backend,
        BackendOptions computing,
        AdaptedModel model,
        @Nullable ModelPlan teacher,
        Loss loss,
        Updates updates,
        BatchOptions batching,
        GradientSums sums,
        @Nullable Integer maxTokens,
        MemoryOptions memory,
        SaveOptions saving,
        StepOptions steps) {
    /** Null if one of them is wrong. */
    static @Nullable RunParts read(ConfigValues config) {
        BackendFactory backend = config.require(BackendFactory.class);
        BackendOptions computing = config.require(BackendOptions.class);
        AdaptedModel model = config.require(AdaptedModel.class);
        Teacher teacher = config.require(Teacher.class);
        Loss loss = config.require(Loss.class);
        Updates updates = config.require(Updates.class);
        BatchOptions batching = config.require(BatchOptions.class);
        GradientSums sums = config.require(GradientSums.class);
        DataSources data = config.require(DataSources.class);
        MemoryOptions memory = config.require(MemoryOptions.class);
        SaveOptions saving = config.require(SaveOptions.class);
        StepOptions steps = config.require(StepOptions.class);
        if (backend == null || model == null || loss == null || updates == null) {
            return null;
        }
        return new RunParts(
                backend,
                Objects.requireNonNull(computing),
                model,
                teacher == null ? null : teacher.plan(),
                loss,
                updates,
                Objects.requireNonNull(batching),
                Objects.requireNonNullElse(sums, GradientSums.NONE),
                data == null ? null : data.maxTokens(),
                Objects.requireNonNull(memory),
                Objects.requireNonNull(saving),
                Objects.requireNonNull(steps));
    }

    Device device() {
        return computing.device();
    }

    DType dtype() {
        return computing.dtype();
    }
}
