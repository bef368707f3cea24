// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Records the files that downloads put into a folder, so that they need not be read again to verify them. */
final class DownloadRecord {
    private static final String NAME = ".tune4j-download.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final long SMALL = 256 << 10;

    /** Repositories of thousands of files would otherwise spend their time here. */
    private static final long SHORTEST_PAUSE_NANOS = 1_000_000_000;

    /** Writing it takes longer with each file in it, and so it is written less often. */
    private static final long PAUSE_PER_WRITING = 20;

    private final Path file;
    private final ObjectNode known;
    private long written = System.nanoTime();
    private long pause = SHORTEST_PAUSE_NANOS;

    private DownloadRecord(Path file, ObjectNode known) {
        this.file = file;
        this.known = known;
    }

    static DownloadRecord of(Path folder) {
        Path file = folder.resolve(NAME);
        ObjectNode known = JsonNodeFactory.instance.objectNode();
        try {
            if (Files.isRegularFile(file) && JsonFiles.read(file) instanceof ObjectNode read) {
                known = read;
            }
        } catch (IOException e) {
            // It only saves time: without it the files are checked by their hashes.
            System.getLogger(DownloadRecord.class.getName()).log(System.Logger.Level.DEBUG, "not readable: " + file, e);
        }
        return new DownloadRecord(file, known);
    }

    /** Whether the file is there as the hub has it; reads it only if it changed since it was downloaded. */
    boolean holds(Path path, HubFile wanted) throws IOException {
        if (!Files.isRegularFile(path) || Files.size(path) != wanted.size()) {
            return false;
        }
        if (isSmall(wanted)) {
            return HubHashes.matches(path, wanted);
        }
        JsonNode entry = known.path(wanted.path());
        if (entry.path("hash").asText().equals(wanted.identity())
                && entry.path("modified").asLong() == modified(path)) {
            return true;
        }
        boolean same = HubHashes.matches(path, wanted);
        if (same) {
            note(path, wanted);
        }
        return same;
    }

    /** Reading such a file is as quick as remembering it, and so it need not outlive a power cut. */
    static boolean isSmall(HubFile file) {
        return file.size() <= SMALL;
    }

    private static long modified(Path path) throws IOException {
        return Files.getLastModifiedTime(path).toMillis();
    }

    private void note(Path path, HubFile file) throws IOException {
        known.putObject(file.path()).put("hash", file.identity()).put("modified", modified(path));
    }

    synchronized void add(Path path, HubFile downloaded) throws IOException {
        if (isSmall(downloaded)) {
            return;
        }
        note(path, downloaded);
        if (System.nanoTime() - written > pause) {
            save();
        }
    }

    /** Writes it to its file. */
    synchronized void save() throws IOException {
        long start = System.nanoTime();
        AtomicFiles.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(known) + "\n");
        written = System.nanoTime();
        pause = Math.max(SHORTEST_PAUSE_NANOS, PAUSE_PER_WRITING * (written - start));
    }
}
