// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.inject;

import io.tune4j.api.config.ConfigKey;
import io.tune4j.api.config.ConfigSection;
import io.tune4j.api.error.PluginException;
import io.tune4j.api.recipe.Recipe;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.inject.Provider;
import jakarta.inject.Qualifier;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A parameter of a recipe's constructor, without {@code Optional} and {@code Provider} around its type.
 *
 * @param type boxed
 * @param qualifier {@link ConfigKey}, {@link Named} or another qualifier; null for none
 */
public record ConstructorParameter(Class<?> type, @Nullable Annotation qualifier) {
    /**
     * The constructor that is annotated with {@code @Inject}.
     *
     * @throws PluginException if there is none
     */
    public static Constructor<?> constructor(String name, Class<? extends Recipe> recipe) {
        return Arrays.stream(recipe.getDeclaredConstructors())
                .filter(each -> each.isAnnotationPresent(Inject.class))
                .findFirst()
                .orElseThrow(() -> new PluginException("recipe '" + name + "' cannot be constructed: "
                        + recipe.getName() + " has no constructor annotated @jakarta.inject.Inject"));
    }

    /** Reads the type and qualifier of a parameter. */
    public static ConstructorParameter of(Parameter parameter) {
        Class<?> type = parameter.getType();
        if ((type.equals(Optional.class) || type.equals(Provider.class))
                && parameter.getParameterizedType() instanceof ParameterizedType wrapper
                && wrapper.getActualTypeArguments()[0] instanceof Class<?> wrapped) {
            type = wrapped;
        }
        Annotation qualifier = Arrays.stream(parameter.getAnnotations())
                .filter(each -> each.annotationType().isAnnotationPresent(Qualifier.class))
                .findFirst()
                .orElse(null);
        return new ConstructorParameter(type.equals(long.class) ? Long.class : type, qualifier);
    }

    /** Whether it is a value of a type and name, such as the output directory. */
    boolean isNamed(Class<?> wanted, String name) {
        return type.equals(wanted)
                && qualifier instanceof Named named
                && named.value().equals(name);
    }

    /** The section of the config that it is made from; null for none. */
    @Nullable
    String section() {
        if (qualifier instanceof ConfigKey named) {
            return named.value();
        }
        ConfigSection usual = type.getAnnotation(ConfigSection.class);
        return qualifier == null && usual != null ? usual.value() : null;
    }
}
