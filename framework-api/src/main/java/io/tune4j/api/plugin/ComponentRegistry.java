package io.tune4j.api.plugin;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelPlan;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks plugins' contributions up by the names of a config, and says what there is where a name is unknown. The host has one
 * with all that is installed; tests make one of the plugins they try.
 */
public final class ComponentRegistry implements Components {
    private final Map<String, BackendFactory> backends;
    private final Map<String, ModelBuilder> models;
    private final Map<String, PeftMethod> peftMethods;
    private final List<ComponentFactory<?>> components;
    private final List<String> misses = new ArrayList<>();

    /** @param components of all kinds */
    public ComponentRegistry(
            Map<String, BackendFactory> backends,
            Map<String, ModelBuilder> models,
            Map<String, PeftMethod> peftMethods,
            Collection<? extends ComponentFactory<?>> components) {
        this.backends = Map.copyOf(backends);
        this.models = Map.copyOf(models);
        this.peftMethods = Map.copyOf(peftMethods);
        this.components = List.copyOf(components);
    }

    /** All that some plugins contribute; of several with one name, the last. */
    public static ComponentRegistry of(List<? extends Plugin> plugins) {
        Map<String, BackendFactory> backends = new HashMap<>();
        Map<String, ModelBuilder> models = new HashMap<>();
        Map<String, PeftMethod> methods = new HashMap<>();
        List<ComponentFactory<?>> components = new ArrayList<>();
        for (Plugin plugin : plugins) {
            plugin.backends().forEach(backend -> backends.put(backend.name(), backend));
            plugin.models()
                    .forEach(family -> family.builders().forEach(builder -> models.put(builder.name(), builder)));
            plugin.peftMethods().forEach(method -> methods.put(method.name(), method));
            components.addAll(0, plugin.components());
        }
        return new ComponentRegistry(backends, models, methods, components);
    }

    /** The kind of a component as users call it: {@code OptimizerProvider} is an optimizer. */
    public static String kind(Class<?> type) {
        return type.getSimpleName()
                .replace("Provider", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }

    @Override
    public <T> @Nullable T create(Class<T> type, ConfigReader section, ComponentContext context) {
        String name = section.component();
        if (name.isEmpty()) {
            section.keys().forEach(section::claim);
            return null;
        }
        ComponentFactory<?> factory = find(type, name);
        if (factory == null) {
            section.problem("_component_", missing(kind(type), name, names(type)));
            // Whether the other keys are right depends on what was meant.
            section.keys().forEach(section::claim);
            return null;
        }
        return type.cast(factory.create(section, context));
    }

    private @Nullable ComponentFactory<?> find(Class<?> type, String name) {
        ComponentFactory<?> byAlias = null;
        for (ComponentFactory<?> factory : components) {
            if (factory.type() == type && factory.name().equals(name)) {
                return factory;
            }
            if (factory.type() == type && factory.aliases().contains(name)) {
                byAlias = factory;
            }
        }
        return byAlias;
    }

    private List<String> names(Class<?> type) {
        return components.stream()
                .filter(factory -> factory.type() == type)
                .map(ComponentFactory::name)
                .sorted()
                .toList();
    }

    /** What a config named and no plugin has, e.g. {@code backend 'x'}. */
    public List<String> misses() {
        return List.copyOf(misses);
    }

    private String missing(String kind, String name, List<String> known) {
        misses.add(kind + " '" + name + "'");
        return "there is no " + kind + " '" + name + "'"
                + NearMisses.didYouMean(name.substring(name.lastIndexOf('.') + 1), known) + "; installed: "
                + (known.isEmpty() ? "none (see tune plugins)" : String.join(", ", known));
    }

    @Override
    public @Nullable ModelPlan model(ConfigReader section, @Nullable Path checkpointDirectory) {
        String written = section.component();
        // torchtune's names are dotted: torchtune.models.llama3_1.lora_llama3_1_8b
        String name = written.startsWith("torchtune.") ? written.substring(written.lastIndexOf('.') + 1) : written;
        ModelBuilder builder = models.get(name);
        PeftMethod method = null;
        for (PeftMethod candidate : peftMethods.values()) {
            String prefix = candidate.name() + "_";
            if (builder == null && name.startsWith(prefix)) {
                method = candidate;
                builder = models.get(name.substring(prefix.length()));
            }
        }
        if (builder == null) {
            if (!written.isEmpty()) {
                misses.add("model '" + name + "'");
                section.problem("_component_", unknownModel(written, name));
            }
            section.keys().forEach(section::claim);
            return null;
        }
        ModelDefinition definition = builder.define(section, checkpointDirectory);
        if (definition == null) {
            section.keys().forEach(section::claim);
            return null;
        }
        PeftPlan peft = method == null ? null : method.configure(section, definition);
        if (method != null && peft == null) {
            return null;
        }
        WeightFormat format = format(section, peft);
        return format == null ? null : new ModelPlan(name, definition, peft, format);
    }

    private @Nullable WeightFormat format(ConfigReader section, @Nullable PeftPlan peft) {
        String name = peft == null ? DenseFormat.NAME : peft.weightFormat();
        if (name.equals(DenseFormat.NAME)) {
            return new DenseFormat();
        }
        ComponentFactory<?> factory = find(WeightFormat.class, name);
        if (factory == null) {
            section.problem("_component_", missing("weight format", name, names(WeightFormat.class)));
            return null;
        }
        ComponentContext context = new ComponentContext(this, null, null);
        return WeightFormat.class.cast(factory.create(section, context));
    }

    private String unknownModel(String written, String name) {
        Set<String> known = new TreeSet<>(models.keySet());
        for (String method : peftMethods.keySet()) {
            models.keySet().forEach(model -> known.add(method + "_" + model));
        }
        return "there is no model '" + written + "'" + NearMisses.didYouMean(name, known)
                + "; a name is METHOD_MODEL with METHOD one of "
                + String.join(", ", new TreeSet<>(peftMethods.keySet())) + " and MODEL one of "
                + String.join(", ", new TreeSet<>(models.keySet()));
    }

    @Override
    public @Nullable BackendFactory backend(ConfigReader root) {
        String name = root.stringOrNull("backend");
        if (name != null && backends.containsKey(name)) {
            return backends.get(name);
        }
        if (name != null) {
            root.problem(
                    "backend",
                    missing("backend", name, backends.keySet().stream().sorted().toList()));
            return null;
        }
        BackendFactory preferred = backends.values().stream()
                .max(Comparator.comparingInt(BackendFactory::preference).thenComparing(BackendFactory::name))
                .orElse(null);
        if (preferred == null) {
            root.problem("backend", "no backend is installed; see tune plugins");
        }
        return preferred;
    }
}
