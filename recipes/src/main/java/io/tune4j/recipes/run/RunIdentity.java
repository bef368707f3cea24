// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.Checkpoint.FileVersion;
import io.tune4j.api.tensor.DType;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.BatchOptions;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.training.TrainingData;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The facts that must be equal in a run that resumes.
 *
 * @param settings the settings that decide which numbers a step computes. The learning rate and the number of steps are not among
 *     them
 * @param base the base model's files
 */
public record RunIdentity(SortedMap<String, String> settings, SortedMap<String, FileVersion> base) {
    public RunIdentity {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    }

    /** @param objective the recipe's own settings that decide what is trained */
    public static RunIdentity of(
            AdaptedModel model,
            TrainingData data,
            BatchOptions batching,
            StepPlan steps,
            Updates updates,
            DType dtype,
            Map<String, String> objective,
            Checkpoint base) {
        SortedMap<String, String> settings = new TreeMap<>(objective);
        model.describe(settings);
        settings.put("dataset (fingerprint of its tokens)", data.fingerprint());
        batching.describe(settings);
        settings.put("steps per epoch", String.valueOf(steps.perEpoch()));
        updates.describe(settings);
        settings.put("dtype", dtype.configName());
        return new RunIdentity(settings, base.versions());
    }
}
