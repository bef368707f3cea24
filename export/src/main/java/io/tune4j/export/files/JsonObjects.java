// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the JSON files of a model's folder. */
public final class JsonObjects {
    private JsonObjects() {}

    /** @throws DataException if the file is missing, broken or no JSON object */
    public static JsonNode read(Path file) {
        try {
            JsonNode root = JsonFiles.read(file);
            if (!root.isObject()) {
                throw new DataException(file + " holds no JSON object; download it again");
            }
            return root;
        } catch (IOException e) {
            throw new DataException(file + " " + JsonFiles.problem(e, "download it again"), e);
        }
    }

    /** Like {@link #read}, but a missing node for a missing file. */
    public static JsonNode readIfThere(Path file) {
        return Files.exists(file) ? read(file) : MissingNode.getInstance();
    }
}
