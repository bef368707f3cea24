// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.adapters;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.DirectoryLock;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.api.io.WritableDirectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The output directory of several adapters, which have a folder each in it; {@code adapters.json} lists them. */
final class AdapterFolder implements AutoCloseable {
    private static final String FILE = "adapters.json";
    private static final String LIST = "adapters";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private final DirectoryLock lock;

    /** @throws UserException if another run has it */
    AdapterFolder(Path path) {
        this.path = WritableDirectories.ensure(path, "output_dir");
        this.lock = DirectoryLock.take(this.path, "output_dir");
    }

    /** @throws UserException if the run to resume had other adapters, or there is none */
    void requireSame(List<String> names) {
        Path file = path.resolve(FILE);
        if (!Files.exists(file)) {
            throw new UserException(
                    "resume_from_checkpoint is True, but " + path + " has no run of several adapters: there"
                            + " is no " + FILE
                            + "; start with resume_from_checkpoint=False, or set output_dir to that of the run to"
                            + " resume");
        }
        List<String> before = new ArrayList<>();
        try {
            JsonFiles.read(file).path(LIST).forEach(each -> before.add(each.asText()));
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + JsonFiles.problem(e), e);
        }
        if (!before.stream().sorted().toList().equals(names.stream().sorted().toList())) {
            throw new UserException("the run in " + path + " has the adapters " + String.join(", ", before)
                    + ", and the config has " + String.join(", ", names)
                    + "; resume with the list it had, or choose another output_dir for a new run");
        }
    }

    /** Lists the adapters of a run that begins. */
    void record(List<String> names, String yaml) {
        ObjectNode content = JSON.createObjectNode();
        ArrayNode list = content.putArray(LIST);
        names.forEach(list::add);
        AtomicFiles.writeString(path.resolve(FILE), content.toPrettyString());
        AtomicFiles.writeString(path.resolve("config.yaml"), yaml);
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        lock.close();
    }
}
