// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import io.tune4j.api.error.TuneException;
import io.tune4j.api.io.FileErrors;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.api.train.MetricLogger;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Event files that {@code tensorboard --logdir} shows. A resumed run adds a file to the folder of the run that it continues; TensorBoard
 * then drops the steps that are computed again.
 */
final class TensorBoardLogger implements MetricLogger {
    private static final String RUN = "run_0_";
    /** torchtune names the folder by the seconds since 1970, with decimals. */
    private static final long MILLIS = 1000;

    private final Path file;
    private final EventFile events;

    /**
     * Begins a file.
     *
     * @param directory its folder, or the folder of the runs' folders if {@code organized}
     * @param organized whether each run gets a folder of its own, as torchtune's {@code organize_logs}
     * @param resumedStep the step that the run resumes after, 0 for a new run
     */
    TensorBoardLogger(Path directory, boolean organized, long resumedStep) {
        long now = System.currentTimeMillis();
        Path runs = WritableDirectories.ensure(directory.toAbsolutePath(), DiskLog.KEY);
        try {
            Path folder = organized ? folder(runs, resumedStep, now) : runs;
            Files.createDirectories(folder);
            file = folder.resolve("events.out.tfevents." + now / MILLIS + "." + host() + "."
                    + ProcessHandle.current().pid() + "." + now % MILLIS);
            events = new EventFile(file, Clock.systemUTC());
            if (resumedStep > 0) {
                events.restart(resumedStep + 1);
            }
        } catch (IOException e) {
            throw failure(runs, e);
        }
    }

    private static Path folder(Path runs, long resumedStep, long now) throws IOException {
        if (resumedStep > 0) {
            try (Stream<Path> folders = Files.list(runs)) {
                Path newest = folders.filter(
                                path -> path.getFileName().toString().startsWith(RUN))
                        .max(Comparator.comparing(path -> path.getFileName().toString()))
                        .orElse(null);
                if (newest != null) {
                    return newest;
                }
            }
        }
        return runs.resolve(String.format(Locale.ROOT, "%s%d.%03d", RUN, now / MILLIS, now % MILLIS));
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private static TuneException failure(Path place, IOException e) {
        return FileErrors.writing(place + " (" + DiskLog.KEY + ")", place, 0, e);
    }

    @Override
    public void logConfig(String yaml) {
        try {
            events.text("config", "```yaml\n" + yaml + "\n```");
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    @Override
    public void log(long step, Map<String, Double> metrics) {
        try {
            events.scalars(step, metrics);
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    @Override
    public void close() {
        try {
            events.close();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }
}
