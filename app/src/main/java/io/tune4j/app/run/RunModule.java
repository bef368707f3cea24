// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.run;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.Singleton;
import com.google.inject.TypeLiteral;
import com.google.inject.util.Types;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.engine.inject.ConstructorParameter;
import io.tune4j.engine.inject.RecipeInputs;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bindings of one run besides the plugins' contributions: the arguments of its recipe's constructor. */
final class RunModule extends AbstractModule {
    private final RunConfig config;
    private final Components components;
    private final Console console;
    private final Cancellation cancellation;
    private final RecipeInputs inputs;

    RunModule(
            RunConfig config, Components components, Console console, Cancellation cancellation, RecipeInputs inputs) {
        this.config = config;
        this.components = components;
        this.console = console;
        this.cancellation = cancellation;
        this.inputs = inputs;
    }

    @Override
    protected void configure() {
        bind(RunConfig.class).toInstance(config);
        bind(Components.class).toInstance(components);
        bind(Console.class).toInstance(console);
        bind(Cancellation.class).toInstance(cancellation);
        bind(Backend.class).toProvider(inputs::backend).in(Singleton.class);
        inputs.values().forEach((asked, value) -> bindValue(key(asked, asked.type()), value));
    }

    private static <T> Key<T> key(ConstructorParameter asked, Class<T> type) {
        return asked.qualifier() == null ? Key.get(type) : Key.get(type, asked.qualifier());
    }

    @SuppressWarnings("unchecked") // RecipeInputs makes each value for what was asked
    private <T> void bindValue(Key<T> key, @Nullable Object value) {
        if (value != null) {
            bind(key).toInstance((T) value);
        }
        TypeLiteral<Optional<T>> optional = (TypeLiteral<Optional<T>>) TypeLiteral.get(
                Types.newParameterizedType(Optional.class, key.getTypeLiteral().getType()));
        bind(key.ofType(optional)).toInstance(Optional.ofNullable((T) value));
    }
}
