package @package@;

import io.tune4j.decoder.ConfigFileBuilder;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelFamily;
import java.util.List;

/** The family with one builder, which takes the sizes from a checkpoint's {@code config.json}. */
record OwnFamily() implements ModelFamily {
    @Override
    public String name() {
        return "@word@";
    }

    @Override
    public List<ModelBuilder> builders() {
        return List.of(new ConfigFileBuilder(
                "@word@", "any @class@, sized by its checkpoint's config.json", new OwnArchitecture()));
    }
}
