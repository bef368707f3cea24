package io.tune4j.app.wiring;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.ComponentRegistry;
import io.tune4j.api.recipe.RecipeFactory;
import jakarta.inject.Inject;
import java.util.Map;

/** All that the installed plugins contribute, by name. */
public record Contributions(
        Map<String, BackendFactory> backends,
        Map<String, ModelBuilder> models,
        Map<String, PeftMethod> peftMethods,
        Map<String, RecipeFactory> recipes,
        Map<String, ComponentFactory<?>> components) {
    @Inject
    public Contributions {
        backends = Map.copyOf(backends);
        models = Map.copyOf(models);
        peftMethods = Map.copyOf(peftMethods);
        recipes = Map.copyOf(recipes);
        components = Map.copyOf(components);
    }

    /** Looks them up in a config's terms. */
    public ComponentRegistry registry() {
        return new ComponentRegistry(backends, models, peftMethods, components.values());
    }
}
