// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.io.DiskSpace;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.recipes.checkpoint.MergedCheckpoint;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.Updates;
import java.nio.file.Path;

/** Checks, before a run starts, that the disk has room for its results. */
final class DiskNeeds {
    /** Config, state and tokenizer files, generously. */
    private static final long SMALL_FILES = 1 << 20;

    private DiskNeeds() {}

    /** @throws io.tune4j.api.error.ResourceException with the needed and the free bytes */
    static void require(
            SaveOptions saving, Updates updates, PeftPlan plan, Checkpoint base, StepPlan steps, Path output) {
        long adapter = plan.fileBytes() + SMALL_FILES;
        long state = adapter + updates.stateBytes(plan.parameterCount());
        long epochs = (steps.total() + steps.perEpoch() - 1) / steps.perEpoch();
        // One more state than is kept: the oldest is deleted only when the newest is complete.
        long bytes = (saving.kept() + 1) * state + (epochs + 1) * adapter;
        String what = "the checkpoints and " + plan.result() + "s of this run";
        if (!saving.adapterOnly()) {
            bytes += MergedCheckpoint.bytes(base, saving.mergedDtype()) + SMALL_FILES;
            what += " and the merged model (save_adapter_weights_only=True leaves that out)";
        }
        DiskSpace.require(output, bytes, what);
    }
}
