// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The tokens with which a checkpoint's answers end. */
public final class EndTokens {
    private static final String FILE = "generation_config.json";
    private static final String KEY = "eos_token_id";

    private EndTokens() {}

    /**
     * {@code eos_token_id} of the folder's {@code generation_config.json}, a number or a list; none without the file or the key.
     *
     * @throws DataException if the file is not JSON, or the key holds something else
     */
    public static Set<Integer> of(Path checkpoint) {
        Path file = checkpoint.resolve(FILE);
        if (!Files.exists(file)) {
            return Set.of();
        }
        JsonNode value;
        try {
            value = JsonFiles.read(file).path(KEY);
        } catch (IOException e) {
            throw new DataException(file + " " + JsonFiles.problem(e, "download it again"), e);
        }
        Set<Integer> ends = new TreeSet<>();
        if (value.isArray()) {
            value.forEach(each -> ends.add(token(each, file)));
        } else if (!value.isMissingNode() && !value.isNull()) {
            ends.add(token(value, file));
        }
        return ends;
    }

    private static int token(JsonNode value, Path file) {
        if (!value.isInt() || value.intValue() < 0) {
            throw new DataException(file + ": expected a token id or a list of them for " + KEY + ", found " + value);
        }
        return value.intValue();
    }
}
