// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.UserException;
import io.tune4j.report.journal.Journal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads a run's folder and never writes to it. All data come from the journal. A folder of an older version has no journal; its
 * curves come from {@code logs/metrics.jsonl}.
 */
public final class RunFiles {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONFIG = "config.yaml";

    private final Path folder;
    private final FollowedLines journal;
    private final FollowedLines metrics;
    private RunLog log = new RunLog();
    private final Liveness liveness = Liveness.here();

    public RunFiles(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
        this.journal = new FollowedLines(this.folder.resolve(Journal.FILE));
        this.metrics = new FollowedLines(this.folder.resolve("logs").resolve("metrics.jsonl"));
    }

    /** Whether a folder is a run's. */
    public static boolean isRun(Path folder) {
        return Files.isRegularFile(folder.resolve(Journal.FILE))
                || (Files.isRegularFile(folder.resolve(CONFIG))
                        && Files.isRegularFile(folder.resolve("logs").resolve("metrics.jsonl")));
    }

    /**
     * Reads a run.
     *
     * @throws UserException if the folder is not a run's
     */
    public static RunFiles read(Path folder) {
        if (!isRun(folder)) {
            throw new UserException(folder + " is not the output_dir of a run: it has neither " + Journal.FILE
                    + " nor logs/metrics.jsonl; tune runs DIR lists the runs below a folder");
        }
        RunFiles files = new RunFiles(folder);
        files.update();
        return files;
    }

    /**
     * Reads what is new.
     *
     * @return whether anything was new
     * @throws UserException if the files cannot be read
     */
    public boolean update() {
        try {
            if (journal.exists()) {
                return journal.read(this::restart, this::entry);
            }
            return metrics.read(this::restart, this::metrics);
        } catch (IOException e) {
            throw new UserException("cannot read the run in " + folder + ": " + e.getMessage(), e);
        }
    }

    private void restart() {
        log = new RunLog();
    }

    private void entry(String line) {
        JsonNode entry = parse(line);
        if (entry != null) {
            log.add(entry);
        }
    }

    private void metrics(String line) {
        JsonNode entry = parse(line);
        if (entry == null) {
            return;
        }
        long step = entry.path("step").asLong();
        if (entry.has("val_loss")) {
            log.validated(step, entry.path("val_loss").asDouble(Double.NaN));
        } else {
            log.step(step, entry);
        }
    }

    private @Nullable JsonNode parse(String line) {
        try {
            JsonNode entry = JSON.readTree(line);
            if (entry.isObject()) {
                return entry;
            }
        } catch (JsonProcessingException e) {
            // Counted below, like any other line that is not an object.
        }
        if (!line.isBlank()) {
            log.unreadable();
        }
        return null;
    }

    public Path folder() {
        return folder;
    }

    public RunLog log() {
        return log;
    }

    /** The resolved config; empty if there is none. */
    public String config() {
        try {
            return Files.readString(folder.resolve(CONFIG), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    public RunState state() {
        RunState state = liveness.of(log);
        boolean hasResults = Files.isRegularFile(folder.resolve("results.json"));
        return state == RunState.UNKNOWN && hasResults ? RunState.COMPLETED : state;
    }
}
