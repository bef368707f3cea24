// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.full;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.recipes.distributed.DistributedParts;
import io.tune4j.recipes.distributed.DistributedRecipe;
import io.tune4j.recipes.profile.ProfilerOptions;
import io.tune4j.recipes.run.RunSetup;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.util.Optional;

/**
 * Trains all weights of a model with several workers, each of which has the whole model and computes some of a step's micro-batches:
 * torchtune's recipe of the same name, with its keys.
 *
 * <p>Keys are those of {@link FullFinetuneSingleDevice} without {@code merge_micro_batches}, and of {@link io.tune4j.recipes.distributed.Workers}.
 */
public final class FullFinetuneDistributed extends DistributedRecipe {
    @Inject
    public FullFinetuneDistributed(
            RunConfig config,
            Console console,
            Cancellation cancellation,
            Provider<Backend> backends,
            DistributedParts parts,
            Optional<ProfilerOptions> profiling) {
        super(new RunSetup.Host(config, console, cancellation), backends, parts, profiling, "trained");
    }

    @Override
    protected void built(Adapter weights) {
        ((FullWeights) weights).requireAll();
    }
}
