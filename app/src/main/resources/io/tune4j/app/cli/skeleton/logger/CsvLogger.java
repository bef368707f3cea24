package @package@;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.train.MetricLogger;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/** Lines such as {@code 3,loss,0.5}. A resumed run goes on after the step that it resumes from. */
final class CsvLogger implements MetricLogger {
    private final Path file;
    private final BufferedWriter writer;

    CsvLogger(Path file, long resumedStep) {
        this.file = file;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            List<String> kept = resumedStep == 0 || !Files.exists(file)
                    ? List.of()
                    : Files.readAllLines(file).stream()
                            .filter(line -> stepOf(line) <= resumedStep)
                            .toList();
            AtomicFiles.writeString(file, kept.isEmpty() ? "" : String.join("\n", kept) + "\n");
            writer = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** A line that a kill cut short counts as later than any step. */
    private static long stepOf(String line) {
        String[] words = line.split(",");
        return words.length == 3 && words[0].matches("\\d{1,18}") ? Long.parseLong(words[0]) : Long.MAX_VALUE;
    }

    @Override
    public void logConfig(String yaml) {
        // The run keeps its config itself.
    }

    @Override
    public void log(long step, Map<String, Double> metrics) {
        try {
            for (Map.Entry<String, Double> metric : metrics.entrySet()) {
                writer.write(step + "," + metric.getKey() + "," + metric.getValue() + "\n");
            }
            writer.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private ResourceException failure(IOException e) {
        return new ResourceException("cannot write " + file + "; set metric_logger.log_dir to a folder with room", e);
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }
}
