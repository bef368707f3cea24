// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.DirectoryLock;
import io.tune4j.api.io.FileErrors;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.api.train.MetricLogger;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * JSON lines such as {@code {"step":1,"loss":2.5,"lr":0.0003}}, each complete on disk when {@link #log} returns. A
 * resumed run goes on in the same file after dropping what was logged after the step it resumes from; a new run keeps an
 * older file under another name. While a run has the file, no other can log to it.
 */
final class DiskLogger implements MetricLogger {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final DirectoryLock lock;
    private final BufferedWriter writer;

    /** @throws UserException if the folder cannot be written to, or another run logs to the same file */
    DiskLogger(Path file, long resumedStep) {
        this.file = file;
        Path directory = WritableDirectories.ensure(
                Objects.requireNonNull(file.toAbsolutePath().getParent()), DiskLog.KEY);
        lock = DirectoryLock.takeFile(file, DiskLog.KEY);
        boolean opened = false;
        try {
            // Another run may write to another file of the same folder, so what lives is left alone.
            AtomicFiles.recover(directory);
            if (Files.exists(file) && resumedStep > 0) {
                AtomicFiles.writeString(file, linesUpTo(resumedStep));
            } else if (Files.exists(file)) {
                Files.move(file, free(directory, file.getFileName().toString()));
            }
            writer = Files.newBufferedWriter(
                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            opened = true;
        } catch (IOException e) {
            throw failure(e);
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    private String linesUpTo(long step) throws IOException {
        List<String> kept = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            if (stepOf(line) <= step) {
                kept.add(line);
            }
        }
        return kept.isEmpty() ? "" : String.join("\n", kept) + "\n";
    }

    /** A line that a kill cut short counts as later than any step. */
    private static long stepOf(String line) {
        try {
            JsonNode step = JSON.readTree(line).path("step");
            return step.isIntegralNumber() ? step.longValue() : Long.MAX_VALUE;
        } catch (JsonProcessingException e) {
            return Long.MAX_VALUE;
        }
    }

    private static Path free(Path directory, String name) {
        int number = 1;
        while (Files.exists(directory.resolve(name + "." + number))) {
            number++;
        }
        return directory.resolve(name + "." + number);
    }

    @Override
    public void logConfig(String yaml) {
        AtomicFiles.writeString(file.resolveSibling("config.yaml"), yaml);
    }

    @Override
    public void log(long step, Map<String, Double> metrics) {
        ObjectNode line = JSON.createObjectNode().put("step", step);
        metrics.forEach((name, value) -> {
            if (Double.isFinite(value)) {
                line.put(name, value);
            } else {
                line.put(name, value.toString());
            }
        });
        try {
            writer.write(line + "\n");
            writer.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private TuneException failure(IOException e) {
        return FileErrors.writing(file + " (" + DiskLog.KEY + ")", file, 0, e);
    }

    @Override
    public void close() {
        try (lock) {
            writer.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }
}
