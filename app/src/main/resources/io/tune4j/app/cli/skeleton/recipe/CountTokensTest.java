package @package@;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.testkit.recipe.RecipeConformance;
import java.nio.file.Path;
import java.util.List;

/** Everything that a recipe must do, from the kit. There are such classes for models, PEFT methods and backends too. */
class CountTokensTest extends RecipeConformance {
    @Override
    protected RecipeFactory recipe() {
        return new @class@.CountTokensFactory();
    }

    @Override
    protected List<Plugin> plugins() {
        return List.of(new @class@());
    }

    @Override
    protected String config(Path checkpoint, Path output) {
        return "tokenizer: {_component_: toy_tokenizer}\ndataset: {_component_: toy_dataset, size: 8}";
    }

    @Override
    protected List<String> requiredSections() {
        return List.of("tokenizer", "dataset");
    }
}
