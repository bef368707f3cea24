package @package@;

import io.tune4j.api.model.ModelFamily;
import io.tune4j.testkit.model.ModelFamilyConformance;
import java.nio.file.Path;

/** Everything that a model family must do, from the kit, on a small checkpoint with logits by transformers. */
class OwnFamilyTest extends ModelFamilyConformance {
    @Override
    protected ModelFamily family() {
        return new OwnFamily();
    }

    @Override
    protected String model() {
        return "_component_: @word@";
    }

    @Override
    protected Path golden() {
        return Path.of("src/test/resources/golden");
    }
}
