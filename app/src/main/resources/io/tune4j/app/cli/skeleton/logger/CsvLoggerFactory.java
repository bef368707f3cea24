package @package@;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.MetricLoggerProvider;
import java.nio.file.Path;

/** {@code @word@_csv}: reads the options; the file is opened later. */
final class CsvLoggerFactory implements ComponentFactory<MetricLoggerProvider> {
    @Override
    public Class<MetricLoggerProvider> type() {
        return MetricLoggerProvider.class;
    }

    @Override
    public String name() {
        return "@word@_csv";
    }

    @Override
    public String summary() {
        return "writes metrics.csv: step, name, value";
    }

    @Override
    public MetricLoggerProvider create(ConfigReader options, ComponentContext context) {
        Path given = options.pathOrNull("log_dir");
        Path output = context.outputDirectory();
        if (given == null && output == null) {
            options.problem("log_dir", "missing, and there is no output_dir; say where the metrics should go");
            return null;
        }
        Path folder = given != null ? given : output;
        return resumedStep -> new CsvLogger(folder.resolve("metrics.csv"), resumedStep);
    }
}
