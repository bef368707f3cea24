// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The text part of a model for images or sound too.
 *
 * @param whole the name of that model's architecture
 * @param config the part's own keys, with those that the whole decides
 */
record TextPart(String whole, ObjectNode config) {
    /** Where the whole's file has the part's keys. */
    static final String KEY = "text_config";

    private static final String TIED = "tie_word_embeddings";

    /** The part that a family reads, or null for a file of any other kind. */
    static @Nullable TextPart of(JsonNode root, Architecture known) {
        if (!(root.path(KEY) instanceof ObjectNode text)) {
            return null;
        }
        String whole = ConfigFile.names(root.path("architectures"))
                .filter(known.wholes()::contains)
                .findFirst()
                .orElse(null);
        if (whole == null) {
            return null;
        }
        ObjectNode config = text.deepCopy();
        if (root.hasNonNull(TIED)) {
            config.set(TIED, root.get(TIED));
        }
        return new TextPart(whole, config);
    }

    String notice(Path file) {
        return file + ": the checkpoint is a " + whole
                + ", a model for more than text. Its text part is trained, and the"
                + " rest is neither loaded nor changed";
    }
}
