// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.inject;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendOptions;
import io.tune4j.api.config.ConfigKey;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.ConfigSection;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.MixedDataset;
import io.tune4j.api.error.PluginException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.UserFolders;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.ConfigValues;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeOptions;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.api.train.MetricLoggerProvider;
import io.tune4j.engine.config.ConfigLoader;
import io.tune4j.engine.plugin.PluginCalls;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.inject.Provider;
import jakarta.inject.Qualifier;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a recipe's constructor ({@link Recipe} lists the possible ones), made from the config before the recipe is: so
 * every mistake is found at once, and what is missing is said in the config's words. It is the one reader of the keys that
 * several recipes have. Closing it closes the backend.
 */
public final class RecipeInputs implements ConfigValues, AutoCloseable {
    private static final String OUTPUT = "output_dir";
    private static final String SEED = "seed";
    private static final String MODEL = "model";
    private static final String CHECKPOINTER = "checkpointer";

    /**
     * The type of a constructor's parameter, without {@code Optional} and {@code Provider} around it.
     *
     * @param type boxed
     * @param qualifier {@link ConfigKey}, {@link Named} or another qualifier; null for none
     */
    public record Asked(Class<?> type, @Nullable Annotation qualifier) {}

    private final RecipeFactory recipe;
    private final RunConfig config;
    private final ConfigReader root;
    private final Components components;
    private final Console console;
    private final Map<Class<?>, RecipeOptions<?>> options = new LinkedHashMap<>();
    private final Map<Asked, @Nullable Object> values = new LinkedHashMap<>();
    /** By type and key. */
    private final Map<List<Object>, @Nullable Object> made = new HashMap<>();

    private @Nullable Checkpointer baseModel;
    private @Nullable Backend backend;

    private RecipeInputs(RecipeFactory recipe, RunConfig config, Components components, Console console) {
        this.recipe = recipe;
        this.config = config;
        this.root = config.root();
        this.components = components;
        this.console = console;
        recipe.options().forEach(each -> options.put(each.type(), each));
    }

    /**
     * Reads what a recipe asks for.
     *
     * @throws io.tune4j.api.config.ConfigException with all that is wrong
     * @throws PluginException if the class has no constructor to use
     */
    public static RecipeInputs read(RecipeFactory recipe, RunConfig config, Components components, Console console) {
        RecipeInputs inputs = new RecipeInputs(recipe, config, components, console);
        List<Parameter> parameters =
                List.of(constructor(recipe.name(), recipe.recipeClass()).getParameters());
        // The checkpointer comes first, because others want to know where the base model lies.
        for (boolean checkpointer : new boolean[] {true, false}) {
            for (Parameter parameter : parameters) {
                Asked asked = asked(parameter);
                if (asked.type().equals(Checkpointer.class) == checkpointer) {
                    inputs.read(asked, parameter.getType().equals(Optional.class));
                }
            }
        }
        inputs.options.keySet().forEach(inputs::require);
        if (!inputs.options.isEmpty()) {
            inputs.root.finish();
        }
        if (inputs.options.isEmpty() ? !inputs.values.isEmpty() : inputs.cannotConstruct(parameters)) {
            config.problems().throwIfAny();
        }
        return inputs;
    }

    /** Whether more is wrong than that files are not there which the constructor does without. */
    private boolean cannotConstruct(List<Parameter> parameters) {
        return !config.problems().mistakes().isEmpty()
                || parameters.stream()
                        .filter(parameter -> !parameter.getType().equals(Optional.class))
                        .map(RecipeInputs::asked)
                        .anyMatch(asked -> values.containsKey(asked) && values.get(asked) == null);
    }

    @Override
    public ConfigReader root() {
        return root;
    }

    @Override
    public <T> @Nullable T require(Class<T> type) {
        Asked asked = new Asked(type, null);
        read(asked, false);
        return type.cast(values.get(asked));
    }

    @Override
    public <T> @Nullable T find(Class<T> type, String section) {
        return type.cast(component(type, section, true));
    }

    @Override
    public @Nullable Long seed() {
        return root.longIntegerOrNull(SEED);
    }

    @Override
    public @Nullable Path outputDirectory() {
        Path own = root.pathOrNull(OUTPUT);
        return own != null || baseModel == null ? own : baseModel.outputDirectory();
    }

    @Override
    public ConfigValues with(List<String> overrides) {
        Problems problems = new Problems();
        Notices notices = new Notices();
        ConfigReader changed = new ConfigReader(
                ConfigLoader.load(
                        config.yaml(),
                        config.source(),
                        overrides,
                        components.environment(),
                        Map.of(),
                        problems,
                        notices),
                problems,
                notices);
        RunConfig other = new RunConfig(changed, problems, notices, config.yaml(), config.source());
        return read(recipe, other, components, console);
    }

    /** The constructor that is annotated with {@code @Inject}. */
    public static Constructor<?> constructor(String name, Class<? extends Recipe> recipe) {
        return Arrays.stream(recipe.getDeclaredConstructors())
                .filter(each -> each.isAnnotationPresent(Inject.class))
                .findFirst()
                .orElseThrow(() -> new PluginException("recipe '" + name + "' cannot be constructed: "
                        + recipe.getName() + " has no constructor annotated @jakarta.inject.Inject"));
    }

    /** Reads the type and qualifier of a parameter. */
    public static Asked asked(Parameter parameter) {
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
        return new Asked(type.equals(long.class) ? Long.class : type, qualifier);
    }

    /** The values made from the config; null where an optional section is missing. The backend is not among them. */
    public Map<Asked, @Nullable Object> values() {
        return values;
    }

    private void read(Asked asked, boolean optional) {
        Class<?> type = asked.type();
        if (values.containsKey(asked)) {
            return;
        }
        RecipeOptions<?> own = asked.qualifier() == null ? options.get(type) : null;
        if (own != null) {
            values.put(asked, own.read().apply(this));
        } else if (type.equals(Backend.class)) {
            require(BackendFactory.class);
            require(BackendOptions.class);
        } else if (type.equals(BackendOptions.class)) {
            values.put(asked, readBackendOptions());
        } else if (type.equals(BackendFactory.class)) {
            values.put(asked, components.backend(root));
        } else if (type.equals(Device.class)) {
            values.put(asked, readDevice());
        } else if (type.equals(DType.class)) {
            values.put(asked, readDType());
        } else if (isNamed(asked, Long.class, SEED)) {
            Long written = seed();
            values.put(asked, written != null || optional ? written : Long.valueOf(RandomKeys.newSeed()));
        } else if (isNamed(asked, Path.class, OUTPUT)) {
            Path output = outputDirectory();
            values.put(asked, output != null || optional ? output : root.path(OUTPUT));
        } else {
            String section = section(asked);
            if (section != null) {
                values.put(asked, component(type, section, optional));
            }
        }
    }

    private static boolean isNamed(Asked asked, Class<?> type, String name) {
        return asked.type().equals(type)
                && asked.qualifier() instanceof Named named
                && named.value().equals(name);
    }

    private static @Nullable String section(Asked asked) {
        if (asked.qualifier() instanceof ConfigKey named) {
            return named.value();
        }
        ConfigSection usual = asked.type().getAnnotation(ConfigSection.class);
        return asked.qualifier() == null && usual != null ? usual.value() : null;
    }

    private @Nullable Object component(Class<?> type, String key, boolean optional) {
        List<Object> place = List.of(type, key);
        if (!made.containsKey(place)) {
            made.put(place, make(type, key, optional));
        }
        return made.get(place);
    }

    private @Nullable Object make(Class<?> type, String key, boolean optional) {
        if (!root.has(key)) {
            if (!optional) {
                root.problem(
                        key,
                        "recipe '" + recipe.name() + "' needs a " + key + "; the config has no `" + key
                                + ":`. Add the section, with a _component_ from tune plugins");
            }
            root.claim(key);
            return null;
        }
        ComponentContext context = new ComponentContext(
                components, outputDirectory(), baseModel == null ? null : baseModel.checkpointDirectory());
        if (type.equals(DatasetProvider.class)) {
            return datasets(key, context);
        }
        if (type.equals(MetricLoggerProvider.class)) {
            return loggers(key, context);
        }
        ConfigReader section = root.section(key);
        if (type.equals(ModelPlan.class)) {
            return components.modelOf(section, checkpointerOf(key));
        }
        Object made = components.create(type, section, context);
        if (made instanceof Checkpointer checkpointer && key.equals(CHECKPOINTER)) {
            baseModel = checkpointer;
        }
        return made;
    }

    /** The checkpointer of a model's section: {@code teacher_model} is read from {@code teacher_checkpointer}. */
    private @Nullable Checkpointer checkpointerOf(String model) {
        return model.equals(MODEL) || !model.endsWith(MODEL)
                ? baseModel
                : (Checkpointer) component(
                        Checkpointer.class, model.substring(0, model.length() - MODEL.length()) + CHECKPOINTER, true);
    }

    /** One data set, or a list of them with weights. */
    private @Nullable DatasetProvider datasets(String key, ComponentContext context) {
        List<MixedDataset.Part> parts = new ArrayList<>();
        for (ConfigReader section : root.sections(key)) {
            double weight = section.number("weight", 1);
            if (!(weight > 0 && weight <= 1000)) {
                section.problem("weight", "expected how often its records are in an epoch, above 0, found " + weight);
            }
            DatasetProvider provider = components.create(DatasetProvider.class, section, context);
            if (provider != null) {
                parts.add(new MixedDataset.Part(provider, weight));
            }
        }
        return parts.isEmpty() ? null : MixedDataset.of(parts);
    }

    /** One metric logger, or a list of them. */
    private @Nullable MetricLoggerProvider loggers(String key, ComponentContext context) {
        List<MetricLoggerProvider> found = new ArrayList<>();
        for (ConfigReader section : root.sections(key)) {
            MetricLoggerProvider provider = components.create(MetricLoggerProvider.class, section, context);
            if (provider != null) {
                found.add(provider);
            }
        }
        return found.isEmpty() ? null : MetricLoggers.of(found);
    }

    @Override
    public Map<String, String> environment() {
        return components.environment();
    }

    private BackendOptions readBackendOptions() {
        Device device = require(Device.class);
        DType dtype = require(DType.class);
        return new BackendOptions(
                Objects.requireNonNull(device),
                Objects.requireNonNull(dtype),
                root.integer("num_threads", 0, 0, 4096),
                console::warning,
                UserFolders.cache(components.environment()));
    }

    private DType readDType() {
        DType dtype = root.dtype("dtype", DType.BFLOAT16);
        if (dtype == DType.FLOAT16) {
            root.problem(
                    "dtype",
                    "fp16 training is not supported: its range needs loss scaling. Use bf16, which takes as little"
                            + " memory, or fp32");
        } else if (dtype != DType.FLOAT32 && dtype != DType.BFLOAT16 && dtype != DType.FLOAT64) {
            root.problem("dtype", "expected bf16 or fp32, found " + dtype);
        }
        return dtype;
    }

    private Device readDevice() {
        try {
            return Device.parse(root.string("device", "cpu"));
        } catch (UserException e) {
            root.problem("device", String.valueOf(e.getMessage()));
            return Device.CPU;
        }
    }

    /** The config's backend on its device, opened the first time. */
    public Backend backend() {
        if (backend == null) {
            BackendFactory factory = require(BackendFactory.class);
            BackendOptions asked = require(BackendOptions.class);
            if (factory == null || asked == null) {
                throw new PluginException(
                        "recipe '" + recipe.name() + "' has no backend: the config names none that is here");
            }
            backend = PluginCalls.in(factory, () -> factory.create(asked));
            console.line("backend    " + backend.capabilities().description() + ", " + asked.dtype());
        }
        return backend;
    }

    @Override
    public void close() {
        if (backend != null) {
            backend.close();
            backend = null;
        }
    }
}
