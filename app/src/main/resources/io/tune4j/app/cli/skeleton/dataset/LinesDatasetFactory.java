package @package@;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import java.nio.file.Path;

/** {@code @word@_lines}: reads the options; files are opened later. */
final class LinesDatasetFactory implements ComponentFactory<DatasetProvider> {
    @Override
    public Class<DatasetProvider> type() {
        return DatasetProvider.class;
    }

    @Override
    public String name() {
        return "@word@_lines";
    }

    @Override
    public String summary() {
        return "lines such as 'question = answer' of a text file";
    }

    @Override
    public DatasetProvider create(ConfigReader options, ComponentContext context) {
        Path file = options.path("file");
        String separator = options.string("separator", "=");
        return tokenizer -> new LinesDataset(file, separator, tokenizer);
    }
}
