// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.registry;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftMethod.PeftVariant;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.plugin.ForeignName;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.decoder.AutoBuilder;
import io.tune4j.engine.plugin.PluginCalls;
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
 * Looks up plugins' contributions by the names in a config. For an unknown name it reports a problem with similar and with
 * installed names. The host has one registry of all installed plugins; tests create one of a few plugins.
 */
public final class ComponentRegistry implements Components {
    private static final String QUANTIZE = "quantize_base";

    /** The weight format of torchtune's {@code quantize_base: True}. */
    private static final String QUANTIZED = "nf4";

    /** The key of a weight format. */
    private static final String FORMAT = "quantization";

    private final Map<String, BackendFactory> backends;
    private final Map<String, ModelBuilder> models;
    private final Map<String, PeftMethod> peftMethods;
    private final Map<String, PeftVariant> variants;
    private final List<ComponentFactory<?>> components;
    private final List<ForeignName> foreignNames;
    private final Map<String, String> environment;
    private final List<String> misses = new ArrayList<>();

    /**
     * @param components components of all kinds
     * @param environment the variables that plugins may look up
     */
    public ComponentRegistry(
            Map<String, BackendFactory> backends,
            Map<String, ModelBuilder> models,
            Map<String, PeftMethod> peftMethods,
            Map<String, PeftVariant> variants,
            Collection<? extends ComponentFactory<?>> components,
            Collection<ForeignName> foreignNames,
            Map<String, String> environment) {
        this.backends = Map.copyOf(backends);
        this.models = withAuto(models);
        this.peftMethods = Map.copyOf(peftMethods);
        this.variants = Map.copyOf(variants);
        this.components = List.copyOf(components);
        this.environment = Map.copyOf(environment);
        // Advice for one name takes precedence over advice for all names with a prefix.
        this.foreignNames = foreignNames.stream()
                .sorted(Comparator.comparingInt(
                        (ForeignName foreign) -> -foreign.name().length()))
                .toList();
    }

    private static Map<String, ModelBuilder> withAuto(Map<String, ModelBuilder> models) {
        Map<String, ModelBuilder> all = new HashMap<>(models);
        all.putIfAbsent(AutoBuilder.NAME, new AutoBuilder(models.values()));
        return Map.copyOf(all);
    }

    /** All contributions of some plugins. If several have one name, the last is used. */
    public static ComponentRegistry of(List<? extends Plugin> plugins) {
        return of(plugins, System.getenv());
    }

    /**
     * All contributions of some plugins. If several have one name, the last is used.
     *
     * @param environment the variables that plugins may look up
     */
    public static ComponentRegistry of(List<? extends Plugin> plugins, Map<String, String> environment) {
        Map<String, BackendFactory> backends = new HashMap<>();
        Map<String, ModelBuilder> models = new HashMap<>();
        Map<String, PeftMethod> methods = new HashMap<>();
        Map<String, PeftVariant> variants = new HashMap<>();
        List<ComponentFactory<?>> components = new ArrayList<>();
        List<ForeignName> foreignNames = new ArrayList<>();
        for (Plugin plugin : plugins) {
            plugin.backends().forEach(backend -> backends.put(backend.name(), backend));
            plugin.models()
                    .forEach(family -> family.builders().forEach(builder -> models.put(builder.name(), builder)));
            plugin.peftMethods().forEach(method -> methods.put(method.name(), method));
            plugin.peftVariants().forEach(variant -> variants.put(variant.name(), variant));
            components.addAll(0, plugin.components());
            foreignNames.addAll(plugin.foreignNames());
        }
        return new ComponentRegistry(backends, models, methods, variants, components, foreignNames, environment);
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    /** The kind of a component in messages: {@code optimizer} for {@code OptimizerProvider}. */
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
        ForeignName foreign = factory == null ? foreign(name) : null;
        String replacement = foreign == null ? null : foreign.replacementOf(name);
        if (replacement != null) {
            factory = find(type, replacement);
        }
        if (factory == null) {
            String kind = kind(type);
            section.problem(
                    "_component_",
                    foreign != null && foreign.replacement() == null
                            ? withoutCounterpart(kind, name, foreign)
                            : missing(kind, name, names(type)));
            // Without a component, it is unknown which of the other keys are right.
            section.keys().forEach(section::claim);
            return null;
        }
        if (foreign != null && !foreign.advice().isEmpty()) {
            section.accept("_component_", factory.name() + " stands for " + name + ": " + foreign.advice());
        }
        T made = create(type, factory, section, context);
        return made == null ? null : PluginCalls.component(type, made);
    }

    private static <T> @Nullable T create(
            Class<T> type, ComponentFactory<?> factory, ConfigReader section, ComponentContext context) {
        return PluginCalls.<@Nullable T>in(factory, () -> type.cast(factory.create(section, context)));
    }

    private @Nullable ForeignName foreign(String name) {
        return foreignNames.stream()
                .filter(candidate -> candidate.covers(name))
                .findFirst()
                .orElse(null);
    }

    private String withoutCounterpart(String kind, String name, ForeignName foreign) {
        misses.add(kind + " '" + name + "'");
        return "'" + name + "' has no counterpart here: " + foreign.advice();
    }

    private static String simple(String dotted) {
        return dotted.substring(dotted.lastIndexOf('.') + 1);
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

    /** Names in the config that no plugin contributes, such as {@code backend 'x'}. */
    public List<String> misses() {
        return List.copyOf(misses);
    }

    private String missing(String kind, String name, List<String> known) {
        misses.add(kind + " '" + name + "'");
        return "there is no " + kind + " '" + name + "'"
                + NearMisses.didYouMean(simple(name), known) + "; installed: "
                + (known.isEmpty() ? "none (see tune plugins)" : String.join(", ", known));
    }

    @Override
    public @Nullable ModelPlan model(ConfigReader section, @Nullable Path checkpointDirectory) {
        return model(section, checkpointDirectory, null);
    }

    @Override
    public @Nullable ModelPlan modelOf(ConfigReader section, @Nullable Checkpointer checkpointer) {
        return model(section, checkpointer == null ? null : checkpointer.checkpointDirectory(), checkpointer);
    }

    private @Nullable ModelPlan model(
            ConfigReader section, @Nullable Path checkpointDirectory, @Nullable Checkpointer checkpointer) {
        String written = section.component();
        boolean dotted = foreignNames.stream().anyMatch(each -> each.isLastPart() && each.covers(written));
        String name = dotted ? simple(written) : written;
        Choice choice = choose(name);
        if (choice == null) {
            if (!written.isEmpty()) {
                ForeignName foreign = foreign(written);
                misses.add("model '" + name + "'");
                section.problem(
                        "_component_",
                        foreign != null && foreign.replacement() == null
                                ? withoutCounterpart("model", written, foreign)
                                : unknownModel(written, name));
            }
            section.keys().forEach(section::claim);
            return null;
        }
        ModelDefinition configured = PluginCalls.<@Nullable ModelDefinition>in(
                choice.builder, () -> choice.builder.define(section, checkpointDirectory));
        ModelDefinition definition =
                configured == null || checkpointer == null ? configured : asStored(configured, checkpointer, section);
        return plan(choice, name, section, definition);
    }

    /**
     * The parts of a model's name.
     *
     * @param methodName the name before the builder's, of a method or a variant; null for a model without a PEFT method
     * @param variant the variant of that name; null if the name is a method's
     */
    private record Choice(
            ModelBuilder builder,
            @Nullable String methodName,
            @Nullable PeftVariant variant) {}

    private @Nullable Choice choose(String name) {
        ModelBuilder whole = models.get(name);
        if (whole != null) {
            return new Choice(whole, null, null);
        }
        Set<String> prefixes = new TreeSet<>(peftMethods.keySet());
        prefixes.addAll(variants.keySet());
        for (String prefix : prefixes) {
            ModelBuilder builder =
                    name.startsWith(prefix + "_") ? models.get(name.substring(prefix.length() + 1)) : null;
            if (builder != null) {
                return new Choice(builder, prefix, variants.get(prefix));
            }
        }
        return null;
    }

    private static ModelDefinition asStored(
            ModelDefinition configured, Checkpointer checkpointer, ConfigReader section) {
        try (Checkpoint checkpoint = checkpointer.open()) {
            return PluginCalls.in(configured, () -> configured.asStored(checkpoint, section.notices()::warn));
        } catch (TuneException e) {
            // A config may be checked before its model exists; a run opens the files again and reports errors.
            return configured;
        }
    }

    private @Nullable ModelPlan plan(
            Choice choice, String name, ConfigReader section, @Nullable ModelDefinition definition) {
        PeftVariant variant = choice.variant;
        String methodName = variant == null ? choice.methodName : variant.method();
        PeftMethod method = methodName == null ? null : peftMethods.get(methodName);
        if (methodName != null && method == null) {
            section.problem(
                    "_component_",
                    "'" + choice.methodName + "' is the PEFT method '" + methodName
                            + "' over quantized weights, and no plugin has that method; see tune plugins");
        }
        if (definition == null || (methodName != null && method == null)) {
            section.keys().forEach(section::claim);
            return null;
        }
        PeftPlan peft = method == null
                ? null
                : PluginCalls.<@Nullable PeftPlan>in(method, () -> method.configure(section, definition));
        if (variant != null && !section.bool(QUANTIZE, true)) {
            section.problem(
                    QUANTIZE,
                    "is False, but " + variant.name() + " keeps its base weights as " + variant.weightFormat()
                            + "; write " + variant.method() + "_ instead of " + variant.name()
                            + "_, or leave this out");
        }
        if (method != null && peft == null) {
            return null;
        }
        WeightFormat format = format(section, formatName(section, usualFormat(variant, peft, section)));
        if (format != null && peft != null) {
            PluginCalls.in(peft, () -> {
                peft.check(format, section);
                return true;
            });
        }
        return format == null ? null : new ModelPlan(name, definition, peft, format);
    }

    /**
     * The format without the key {@code quantization}. {@code quantize_base} applies to every method, also to one that does not
     * read it.
     */
    private static String usualFormat(@Nullable PeftVariant variant, @Nullable PeftPlan peft, ConfigReader section) {
        String own = variant != null ? variant.weightFormat() : peft != null ? peft.weightFormat() : DenseFormat.NAME;
        boolean quantizes = variant == null && section.bool(QUANTIZE, false);
        return quantizes && own.equals(DenseFormat.NAME) ? QUANTIZED : own;
    }

    /** The format that the section names, or the usual one of the component's name. */
    private static String formatName(ConfigReader section, String usual) {
        String name = section.string(FORMAT, usual);
        boolean dense = name.equals(DenseFormat.NAME);
        if (section.has(FORMAT) && section.has(QUANTIZE) && section.bool(QUANTIZE, false) == dense) {
            section.problem(
                    FORMAT, "is " + name + ", but " + QUANTIZE + " is " + (dense ? "True" : "False") + "; keep one");
        }
        return name;
    }

    private @Nullable WeightFormat format(ConfigReader section, String name) {
        if (name.equals(DenseFormat.NAME)) {
            return new DenseFormat();
        }
        ComponentFactory<?> factory = find(WeightFormat.class, name);
        if (factory == null) {
            section.problem(
                    section.has(FORMAT) ? FORMAT : "_component_",
                    missing("weight format", name, names(WeightFormat.class)));
            return null;
        }
        ComponentContext context = new ComponentContext(this, null, null);
        return create(WeightFormat.class, factory, section, context);
    }

    private String unknownModel(String written, String name) {
        Set<String> known = new TreeSet<>(models.keySet());
        Set<String> methods = new TreeSet<>(peftMethods.keySet());
        methods.addAll(variants.keySet());
        for (String method : methods) {
            models.keySet().forEach(model -> known.add(method + "_" + model));
        }
        return "there is no model '" + written + "'" + NearMisses.didYouMean(name, known)
                + "; a name is METHOD_MODEL with METHOD one of "
                + String.join(", ", methods) + " and MODEL one of "
                + String.join(", ", new TreeSet<>(models.keySet()));
    }

    @Override
    public @Nullable BackendFactory backend(ConfigReader root) {
        String name = root.stringOrNull("backend");
        if (name != null && backends.containsKey(name)) {
            return inItsPlugin(backends.get(name));
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
        return inItsPlugin(preferred);
    }

    /** Wraps a factory whose backend is opened by a recipe, which may be code of another plugin. */
    private static @Nullable BackendFactory inItsPlugin(@Nullable BackendFactory factory) {
        return factory == null ? null : PluginCalls.always(BackendFactory.class, factory);
    }
}
