// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.safetensors.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import org.apiguardian.api.API;

/** Whether a checkpoint holds exactly what a model needs, looked up in the files' headers before anything is loaded. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class CheckpointFit {
    /** More lines than this say nothing new. */
    private static final int LONGEST_LIST = 20;

    private CheckpointFit() {}

    /**
     * @param definition what is needed
     * @param source the checkpoint's folder, for the message
     * @throws UserException listing every missing, extra and misshapen tensor, if there are any
     */
    public static void check(ModelDefinition definition, Checkpoint checkpoint, Path source) {
        Mismatches mismatches = Mismatches.of(definition, checkpoint.entries());
        List<String> lines = mismatches.lines();
        if (lines.isEmpty()) {
            return;
        }
        List<String> shown = lines.subList(0, Math.min(LONGEST_LIST, lines.size()));
        throw new DataException("the checkpoint in " + source + " does not fit the model (" + definition.describe()
                + "), " + lines.size() + (lines.size() == 1 ? " mismatch" : " mismatches") + ":\n  "
                + String.join("\n  ", shown)
                + (shown.size() < lines.size() ? "\n  and " + (lines.size() - shown.size()) + " more" : "")
                + "\n" + mismatches.advice(source));
    }
}
