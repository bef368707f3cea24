// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.config.ConfigReader;
import java.nio.file.Path;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** One name for {@code model._component_}, such as {@code llama3_1_8b}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ModelBuilder {
    /** The name; torchtune's where it has one. */
    String name();

    /** One line for {@code tune plugins}. */
    String summary();

    /**
     * The names in a {@code config.json}'s {@code architectures} whose checkpoints it takes as they are; empty for a builder of
     * certain sizes. By these {@code lora_auto} finds the builder of a checkpoint.
     */
    default List<String> architectures() {
        return List.of();
    }

    /**
     * Reads its options and says what the model is, allocating nothing. Mistakes become problems of the reader, and the
     * result is then null.
     *
     * @param options the model section; a PEFT method claims its own keys from the same reader
     * @param checkpointDirectory the base model's folder, for builders that read its config.json; null if there is none
     */
    @Nullable
    ModelDefinition define(ConfigReader options, @Nullable Path checkpointDirectory);
}
