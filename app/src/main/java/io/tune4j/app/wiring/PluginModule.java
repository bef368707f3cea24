// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.wiring;

import com.google.inject.AbstractModule;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.MapBinder;
import com.google.inject.multibindings.Multibinder;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftMethod.PeftVariant;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.ForeignName;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.app.plugins.PluginContents;

/** Binds what one plugin contributes, by name. */
final class PluginModule extends AbstractModule {
    private final PluginContents plugin;

    PluginModule(PluginContents plugin) {
        this.plugin = plugin;
    }

    @Override
    protected void configure() {
        MapBinder<String, BackendFactory> backends =
                MapBinder.newMapBinder(binder(), String.class, BackendFactory.class);
        plugin.backends().forEach(factory -> backends.addBinding(factory.name()).toInstance(factory));
        MapBinder<String, ModelBuilder> models = MapBinder.newMapBinder(binder(), String.class, ModelBuilder.class);
        plugin.models().forEach(builder -> models.addBinding(builder.name()).toInstance(builder));
        MapBinder<String, PeftMethod> methods = MapBinder.newMapBinder(binder(), String.class, PeftMethod.class);
        plugin.peftMethods().forEach(method -> methods.addBinding(method.name()).toInstance(method));
        MapBinder<String, PeftVariant> variants = MapBinder.newMapBinder(binder(), String.class, PeftVariant.class);
        plugin.peftVariants()
                .forEach(variant -> variants.addBinding(variant.name()).toInstance(variant));
        MapBinder<String, RecipeFactory> recipes = MapBinder.newMapBinder(binder(), String.class, RecipeFactory.class);
        plugin.recipes().forEach(recipe -> recipes.addBinding(recipe.name()).toInstance(recipe));
        MapBinder<String, ComponentFactory<?>> components = MapBinder.newMapBinder(
                binder(), new TypeLiteral<String>() {}, new TypeLiteral<ComponentFactory<?>>() {});
        Multibinder<ForeignName> foreignNames = Multibinder.newSetBinder(binder(), ForeignName.class);
        plugin.foreignNames().forEach(name -> foreignNames.addBinding().toInstance(name));
        plugin.components().forEach(factory -> components
                .addBinding(ComponentKeys.key(factory.type(), factory.name()))
                .toInstance(factory));
    }
}
