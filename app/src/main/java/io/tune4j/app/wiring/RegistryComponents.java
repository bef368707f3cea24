package io.tune4j.app.wiring;

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
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Components;
import io.tune4j.app.plugins.PluginContents;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Looks contributions up by the names of a config, and says what there is where a name is unknown. */
public final class RegistryComponents implements Components {
    private final Contributions contributions;
    private final List<String> misses = new ArrayList<>();

    @Inject
    public RegistryComponents(Contributions contributions) {
        this.contributions = contributions;
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
            section.problem("_component_", missing(PluginContents.kind(type), name, names(type)));
            // Whether the other keys are right depends on what was meant.
            section.keys().forEach(section::claim);
            return null;
        }
        return type.cast(factory.create(section, context));
    }

    private @Nullable ComponentFactory<?> find(Class<?> type, String name) {
        ComponentFactory<?> exact = contributions.components().get(ComponentKeys.key(type, name));
        if (exact != null) {
            return exact;
        }
        for (ComponentFactory<?> factory : contributions.components().values()) {
            if (factory.type() == type && factory.aliases().contains(name)) {
                return factory;
            }
        }
        return null;
    }

    private List<String> names(Class<?> type) {
        return contributions.components().values().stream()
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
        ModelBuilder builder = contributions.models().get(name);
        PeftMethod method = null;
        for (PeftMethod candidate : contributions.peftMethods().values()) {
            String prefix = candidate.name() + "_";
            if (builder == null && name.startsWith(prefix)) {
                method = candidate;
                builder = contributions.models().get(name.substring(prefix.length()));
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
        Set<String> known = new TreeSet<>(contributions.models().keySet());
        for (String method : contributions.peftMethods().keySet()) {
            contributions.models().keySet().forEach(model -> known.add(method + "_" + model));
        }
        return "there is no model '" + written + "'" + NearMisses.didYouMean(name, known)
                + "; a name is METHOD_MODEL with METHOD one of "
                + String.join(", ", new TreeSet<>(contributions.peftMethods().keySet())) + " and MODEL one of "
                + String.join(", ", new TreeSet<>(contributions.models().keySet()));
    }

    @Override
    public @Nullable BackendFactory backend(ConfigReader root) {
        Map<String, BackendFactory> backends = contributions.backends();
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
