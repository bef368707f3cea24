// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.hub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.engine.hub.HubRepository;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders that were downloaded, or are to be uploaded. */
public final class HubFolders {
    private HubFolders() {}

    /** Records a model's id for adapters, whose config names their base model. */
    public static void rememberOrigin(Path folder, HubRepository repository) {
        String json = JsonNodeFactory.instance
                .objectNode()
                .put("repo_id", repository.id())
                .toPrettyString();
        AtomicFiles.writeString(folder.resolve("repo_id.json"), json + "\n");
    }

    /**
     * The folder to upload.
     *
     * @param source the folder of an adapter, of a model, or of a run, whose adapter is uploaded
     * @throws DataException if it is no folder
     */
    public static Path toUpload(Path source) {
        Path folder = Files.isDirectory(source.resolve("adapter")) ? source.resolve("adapter") : source;
        if (!Files.isDirectory(folder)) {
            throw new DataException(folder + " is no folder; name the folder of a run, an adapter or a model");
        }
        return folder;
    }
}
