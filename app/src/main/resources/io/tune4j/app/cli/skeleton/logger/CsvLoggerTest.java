package @package@;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.testkit.component.MetricLoggerConformance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Everything that a metric logger must do, from the kit. */
class CsvLoggerTest extends MetricLoggerConformance {
    @Override
    protected List<Plugin> plugins() {
        return List.of(new @class@());
    }

    @Override
    protected String section(Path folder) {
        return "_component_: @word@_csv\nlog_dir: '" + folder.resolve("logs") + "'";
    }

    @Override
    protected Map<Long, Map<String, Double>> logged(Path folder, Path output) {
        Map<Long, Map<String, Double>> logged = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(folder.resolve("logs/metrics.csv"))) {
                String[] words = line.split(",");
                logged.computeIfAbsent(Long.parseLong(words[0]), step -> new TreeMap<>())
                        .put(words[1], Double.parseDouble(words[2]));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return logged;
    }
}
