package @package@;

import com.google.auto.service.AutoService;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import java.util.List;

/**
 * Everything that this jar contributes: override {@code backends}, {@code models}, {@code peftMethods}, {@code recipes} or
 * {@code components}. Making the lists must be cheap: no file, no native library.
 */
@AutoService(Plugin.class)
public final class @class@ implements Plugin {
    @Override
    public String id() {
        return "@id@";
    }

    @Override
    public List<RecipeFactory> recipes() {
        return List.of(new CountTokensFactory());
    }

    static final class CountTokensFactory implements RecipeFactory {
        @Override
        public String name() {
            return "@word@_count_tokens";
        }

        @Override
        public String summary() {
            return "how long the samples of a data set are";
        }

        @Override
        public Class<? extends Recipe> recipeClass() {
            return CountTokens.class;
        }
    }
}
