// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import java.util.List;
import org.apiguardian.api.API;

/** Recognizes the checkpoints of one family by their {@code config.json}, and reads it. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Architecture {
    /** The family's name for people, e.g. {@code Llama}. */
    String family();

    /** The names in {@code architectures}, e.g. {@code LlamaForCausalLM}. */
    List<String> architectures();

    /**
     * The names in {@code architectures} of models for images or sound too whose {@code text_config} this reads, and whose text
     * part alone is trained.
     */
    default List<String> wholes() {
        return List.of();
    }

    /** The values of {@code model_type} that say the same where {@code architectures} is missing, e.g. {@code llama}. */
    List<String> modelTypes();

    /** The builder that reads {@code config.json}, e.g. {@code llama}. */
    String builder();

    /**
     * Reads a file's keys; what is wrong with them are problems of {@code keys}.
     *
     * @return what the file describes, only looked at if there are no problems
     */
    DecoderConfig read(JsonKeys keys);
}
