// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.decoder.AutoBuilder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The contributions on the class path, by name: the benchmarks need no config file. */
public final class Installed {
    private static final List<Plugin> PLUGINS = ServiceLoader.load(Plugin.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();

    private Installed() {}

    public static BackendFactory backend(String name) {
        return find(Plugin::backends, factory -> factory.name().equals(name), name);
    }

    /** The model of a folder with a config.json. */
    static ModelDefinition model(Path folder) {
        List<ModelBuilder> builders = PLUGINS.stream()
                .flatMap(plugin -> plugin.models().stream())
                .flatMap(family -> family.builders().stream())
                .toList();
        return checked(Map.of(), options -> new AutoBuilder(builders).define(options, folder));
    }

    static PeftPlan peft(String name, Map<String, Object> options, ModelDefinition model) {
        PeftMethod method =
                find(Plugin::peftMethods, candidate -> candidate.name().equals(name), name);
        return checked(options, reader -> method.configure(reader, model));
    }

    static <T> T component(Class<T> type, String name, Map<String, Object> options) {
        return PLUGINS.stream()
                .flatMap(plugin -> plugin.components().stream())
                .filter(factory -> factory.type() == type && factory.name().equals(name))
                .map(factory -> checked(
                        options,
                        reader -> type.cast(factory.create(reader, new ComponentContext(NO_COMPONENTS, null, null)))))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no component " + name + " on the class path"));
    }

    private static <T> T find(
            Function<Plugin, List<T>> contributions, java.util.function.Predicate<T> wanted, String name) {
        return PLUGINS.stream()
                .flatMap(plugin -> contributions.apply(plugin).stream())
                .filter(wanted)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nothing named " + name + " on the class path"));
    }

    private static <T> T checked(Map<String, Object> options, Function<ConfigReader, @Nullable T> make) {
        Problems problems = new Problems();
        ConfigReader reader = new ConfigReader((Mapping) node(options), problems, new Notices());
        T made = make.apply(reader);
        reader.finish();
        problems.throwIfAny();
        return Objects.requireNonNull(made);
    }

    private static ConfigNode node(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, ConfigNode> entries = new LinkedHashMap<>();
            map.forEach((key, entry) -> entries.put(key.toString(), node(entry)));
            return new Mapping(entries, Origin.DEFAULT);
        }
        if (value instanceof List<?> list) {
            return new Sequence(list.stream().map(Installed::node).toList(), Origin.DEFAULT);
        }
        Object scalar = value instanceof Integer number ? Long.valueOf(number) : value;
        return new Scalar(scalar, value.toString(), Origin.DEFAULT);
    }

    /** The parts used here contain no others. */
    private static final Components NO_COMPONENTS = new Components() {
        @Override
        public <T> @Nullable T create(Class<T> type, ConfigReader section, ComponentContext context) {
            return null;
        }

        @Override
        public io.tune4j.api.peft.@Nullable ModelPlan model(ConfigReader section, @Nullable Path folder) {
            return null;
        }

        @Override
        public @Nullable BackendFactory backend(ConfigReader root) {
            return null;
        }
    };

    static Stream<String> pluginIds() {
        return PLUGINS.stream().map(Plugin::id);
    }
}
