// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The file {@value #NAME} beside an adapter or a merged model: the prompt form of the training data. It is missing if the data
 * were plain conversations in a chat format.
 */
public final class PromptFormFile {
    /** The file's name. */
    public static final String NAME = "prompt_form.json";

    private static final String CONVERSATION = "conversation";
    private static final String USER = "user";
    private static final String SYSTEM = "system";

    private PromptFormFile() {}

    /**
     * Writes the file into a folder. For the plain form no file is written, and one that was copied with a base model is deleted.
     */
    public static void write(Path folder, PromptForm form) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        content.put(CONVERSATION, form.conversation()).put(USER, form.user()).put(SYSTEM, form.system());
        try {
            Path file = folder.resolve(NAME);
            if (form.equals(PromptForm.PLAIN)) {
                Files.deleteIfExists(file);
            } else {
                Files.writeString(file, content.toPrettyString() + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads the form of a model from its folder; the plain form if there is no file.
     *
     * @throws DataException if the file is not a prompt form
     */
    public static PromptForm read(Path folder) {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return PromptForm.PLAIN;
        }
        try {
            JsonNode content = JsonFiles.read(file);
            JsonNode user = content.path(USER);
            JsonNode system = content.path(SYSTEM);
            boolean fits = content.path(CONVERSATION).isBoolean()
                    && user.textValue() != null
                    && user.textValue().contains(PromptForm.QUESTION)
                    && (system.isTextual() || system.isNull() || system.isMissingNode());
            if (!fits) {
                throw new DataException(file + " is no prompt form: expected " + CONVERSATION + " (true or false), "
                        + USER + " (a text with " + PromptForm.QUESTION + ") and " + SYSTEM
                        + " (a text or null); correct it, or delete it to use the checkpoint's chat format");
            }
            return new PromptForm(content.path(CONVERSATION).booleanValue(), user.textValue(), system.textValue());
        } catch (IOException e) {
            throw new DataException(
                    file + " " + JsonFiles.problem(e, "delete it to use the checkpoint's chat format"), e);
        }
    }
}
