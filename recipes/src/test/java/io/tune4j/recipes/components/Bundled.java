// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.components;

import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.recipes.RecipesPlugin;
import java.util.stream.Stream;

/** The components of this module, so that a new one is tested without anyone's thinking of it. */
final class Bundled {
    private Bundled() {}

    static Stream<String> names(Class<?> type) {
        return new RecipesPlugin()
                .components().stream()
                        .filter(factory -> factory.type().equals(type))
                        .map(ComponentFactory::name);
    }
}
