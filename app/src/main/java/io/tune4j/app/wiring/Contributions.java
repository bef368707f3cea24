// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.wiring;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftMethod.PeftVariant;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.ForeignName;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.engine.registry.ComponentRegistry;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Set;

/** All that the installed plugins contribute, by name. */
public record Contributions(
        Map<String, BackendFactory> backends,
        Map<String, ModelBuilder> models,
        Map<String, PeftMethod> peftMethods,
        Map<String, PeftVariant> peftVariants,
        Map<String, RecipeFactory> recipes,
        Map<String, ComponentFactory<?>> components,
        Set<ForeignName> foreignNames) {
    @Inject
    public Contributions {
        backends = Map.copyOf(backends);
        models = Map.copyOf(models);
        peftMethods = Map.copyOf(peftMethods);
        recipes = Map.copyOf(recipes);
        peftVariants = Map.copyOf(peftVariants);
        components = Map.copyOf(components);
        foreignNames = Set.copyOf(foreignNames);
    }

    /** Looks them up in a config's terms. */
    public ComponentRegistry registry() {
        return new ComponentRegistry(
                backends, models, peftMethods, peftVariants, components.values(), foreignNames, System.getenv());
    }
}
