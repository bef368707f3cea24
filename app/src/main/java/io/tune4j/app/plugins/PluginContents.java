package io.tune4j.app.plugins;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftVariant;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.ForeignName;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.engine.registry.ComponentRegistry;
import java.util.ArrayList;
import java.util.List;

/** What a plugin contributes, asked once: a plugin may make its factories anew each time. */
public record PluginContents(
        List<BackendFactory> backends,
        List<ModelBuilder> models,
        List<PeftMethod> peftMethods,
        List<PeftVariant> peftVariants,
        List<RecipeFactory> recipes,
        List<ComponentFactory<?>> components,
        List<ForeignName> foreignNames) {

    static PluginContents of(Plugin plugin) {
        List<ModelBuilder> builders = new ArrayList<>();
        for (ModelFamily family : plugin.models()) {
            builders.addAll(family.builders());
        }
        return new PluginContents(
                List.copyOf(plugin.backends()),
                List.copyOf(builders),
                List.copyOf(plugin.peftMethods()),
                List.copyOf(plugin.peftVariants()),
                List.copyOf(plugin.recipes()),
                List.copyOf(plugin.components()),
                List.copyOf(plugin.foreignNames()));
    }

    List<Contribution> list() {
        List<Contribution> all = new ArrayList<>();
        backends.forEach(it -> all.add(new Contribution("backend", it.name(), List.of(), it.summary())));
        models.forEach(it -> all.add(new Contribution("model", it.name(), List.of(), it.summary())));
        peftMethods.forEach(it -> all.add(new Contribution("PEFT method", it.name(), List.of(), it.summary())));
        peftVariants.forEach(it -> all.add(new Contribution("PEFT method", it.name(), List.of(), it.summary())));
        recipes.forEach(it -> all.add(new Contribution("recipe", it.name(), it.aliases(), it.summary())));
        components.forEach(it ->
                all.add(new Contribution(ComponentRegistry.kind(it.type()), it.name(), it.aliases(), it.summary())));
        foreignNames.forEach(
                it -> all.add(new Contribution("other trainers' name", it.name(), List.of(), summary(it))));
        return all;
    }

    private static String summary(ForeignName name) {
        if (name.isLastPart()) {
            return "names below it are known by their last part";
        }
        return name.replacement() == null ? name.advice() : "is " + name.replacement();
    }
}
