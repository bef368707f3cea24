// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftMethod.PeftVariant;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.ForeignName;
import io.tune4j.api.recipe.RecipeFactory;
import java.util.List;

/**
 * The parts that a plugin contributes.
 *
 * @param contributions all parts by their names
 */
public record PluginContents(
        List<BackendFactory> backends,
        List<ModelBuilder> models,
        List<PeftMethod> peftMethods,
        List<PeftVariant> peftVariants,
        List<RecipeFactory> recipes,
        List<ComponentFactory<?>> components,
        List<ForeignName> foreignNames,
        List<Contribution> contributions) {
    /** The contents of a plugin that contributes nothing. */
    public static final PluginContents NOTHING =
            new PluginContents(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public PluginContents {
        backends = List.copyOf(backends);
        models = List.copyOf(models);
        peftMethods = List.copyOf(peftMethods);
        peftVariants = List.copyOf(peftVariants);
        recipes = List.copyOf(recipes);
        components = List.copyOf(components);
        foreignNames = List.copyOf(foreignNames);
        contributions = List.copyOf(contributions);
    }
}
