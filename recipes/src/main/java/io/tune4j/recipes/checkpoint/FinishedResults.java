// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code results.json} of an output directory, written when all else is there: of which step the adapter and the merged
 * model are, and which files they have. Without it nothing would tell whether {@code merged/} is of the run's last step or of an
 * earlier end of the run.
 */
public final class FinishedResults {
    /** Its name. */
    public static final String FILE = "results.json";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path output;

    public FinishedResults(Path output) {
        this.output = output;
    }

    /**
     * The file's content.
     *
     * @param step optimizer steps done
     * @param files their sizes, by their paths in the output directory
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Content(long step, SortedMap<String, Long> files) {}

    /** Says that these folders are complete. */
    public void record(long step, List<String> folders) {
        SortedMap<String, Long> files = new TreeMap<>();
        try {
            for (String folder : folders) {
                files.putAll(sizes(folder));
            }
            AtomicFiles.writeString(output.resolve(FILE), JSON.writeValueAsString(new Content(step, files)) + "\n");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Long> sizes(String folder) throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> found = Files.walk(output.resolve(folder))) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                String name = output.relativize(file).toString().replace('\\', '/');
                sizes.put(name, Files.size(file));
            }
        }
        return sizes;
    }

    /** The folders that are missing or differ from those recorded for a run's step. */
    public List<String> missing(long step, List<String> folders) {
        Content content = read();
        return folders.stream()
                .filter(folder -> content == null || content.step != step || !isWhole(content, folder + "/"))
                .toList();
    }

    private boolean isWhole(Content content, String prefix) {
        SortedMap<String, Long> files = new TreeMap<>(content.files);
        files.keySet().removeIf(name -> !name.startsWith(prefix));
        return !files.isEmpty() && files.entrySet().stream().allMatch(file -> hasSize(file.getKey(), file.getValue()));
    }

    private boolean hasSize(String name, long size) {
        try {
            Path file = output.resolve(name);
            return Files.isRegularFile(file) && Files.size(file) == size;
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    /** Null if there is none, or it is broken: then everything is written again. */
    private @Nullable Content read() {
        Path file = output.resolve(FILE);
        try {
            Content content = Files.exists(file) ? JSON.treeToValue(JsonFiles.read(file), Content.class) : null;
            boolean whole = content != null && content.files != null && !content.files.containsValue(null);
            return whole ? content : null;
        } catch (IOException e) {
            return null;
        }
    }
}
