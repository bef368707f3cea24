// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.train.Checkpointer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A folder with a model, and nothing else. */
record ToyCheckpointer(Path checkpointDirectory) implements Checkpointer {
    @Override
    public @Nullable Path outputDirectory() {
        return null;
    }

    @Override
    public String baseModel() {
        return checkpointDirectory.toString();
    }

    @Override
    public @Nullable Path recipeCheckpoint() {
        return null;
    }

    @Override
    public @Nullable Path adapterCheckpoint() {
        return null;
    }

    @Override
    public Checkpoint open() {
        return Checkpoint.open(checkpointDirectory);
    }
}
