// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.adapters;

import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.recipes.data.DataSources;
import io.tune4j.recipes.forecast.RunParts;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.BatchOptions;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.run.RunSetup;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One of several adapters: what the config of a run of its own says.
 *
 * @param name also that of its folder
 * @param ownData whether the entry has data of its own
 * @param values the whole config with the entry's changes, without {@code adapters}
 * @param parts of the run
 */
record AdapterEntry(
        String name, boolean ownData, ConfigValues values, RunParts parts, RunSetup setup, DataSources data) {
    /** Null if the config is wrong, which its problems say. */
    static @Nullable AdapterEntry of(String name, boolean ownData, ConfigValues values) {
        RunSetup setup = values.require(RunSetup.class);
        DataSources data = values.require(DataSources.class);
        if (setup == null || data == null) {
            return null;
        }
        return new AdapterEntry(name, ownData, values, setup.forecast().parts(), setup, data);
    }

    RunConfig config() {
        return values.config();
    }

    AdaptedModel model() {
        return parts.model();
    }

    BatchOptions batching() {
        return parts.batching();
    }

    Updates updates() {
        return parts.updates();
    }

    SaveOptions saving() {
        return parts.saving();
    }

    /** The entry as it is when there is no state to resume from. */
    AdapterEntry fromTheStart() {
        ConfigValues fresh = values.with(List.of("resume_from_checkpoint=False"));
        return Objects.requireNonNull(of(name, ownData, fresh));
    }
}
