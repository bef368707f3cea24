// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.recipes.profile.ProfilerOptions;
import io.tune4j.recipes.profile.StepProfiler;
import io.tune4j.recipes.run.RunSetup;
import jakarta.inject.Provider;
import java.util.Optional;

/** What the recipes for several workers have in common: all but what is trained. */
public abstract class DistributedRecipe implements Recipe {
    private final RunSetup.Host host;
    private final Provider<Backend> backends;
    private final DistributedParts parts;
    private final StepProfiler profiler;
    private final String subject;

    /** @param subject the word before what is trained, in the second line of the run */
    protected DistributedRecipe(
            RunSetup.Host host,
            Provider<Backend> backends,
            DistributedParts parts,
            Optional<ProfilerOptions> profiling,
            String subject) {
        this.host = host;
        this.backends = backends;
        this.parts = parts;
        this.profiler = new StepProfiler(profiling.orElse(null), host.console());
        this.subject = subject;
    }

    /** Is told the adapter, or the weights that are trained as if they were one, when the model has been built of its layers. */
    protected void built(Adapter adapter) {}

    @Override
    public final void check() {
        host.config().problems().throwIfAny();
    }

    @Override
    public final RunEstimate estimate(int tokensPerSample) {
        return parts.forecast().estimate(tokensPerSample);
    }

    @Override
    public final DataReport data(int samples) {
        if (!parts.data().areThere()) {
            check();
        }
        return parts.data().inspect(parts.model().definition(), samples, host.console());
    }

    @Override
    public final Outcome run() {
        check();
        Console console = host.console();
        parts.logging().introduce(console, host.config().notices());
        console.line("model      " + parts.model().definition().describe() + ", from "
                + parts.checkpointer().checkpointDirectory());
        console.line(String.format("%-11s%s", subject, parts.model().peft().describe()));
        return new DistributedRun(parts, host, backends, profiler, this::built).run();
    }
}
