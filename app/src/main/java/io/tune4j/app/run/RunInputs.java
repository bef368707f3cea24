package io.tune4j.app.run;

import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import com.google.inject.name.Names;
import com.google.inject.spi.Dependency;
import com.google.inject.spi.InjectionPoint;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendOptions;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.ModelPlan;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.plugin.ConfigKey;
import io.tune4j.api.plugin.ConfigSection;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.train.Checkpointer;
import jakarta.inject.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a recipe's constructor asks for, made from the config before the recipe is: so every mistake is found at once, and what
 * is missing is said in the config's words.
 */
final class RunInputs implements AutoCloseable {
    private static final Key<Path> OUTPUT = Key.get(Path.class, Names.named("output_dir"));
    private static final Key<Long> SEED = Key.get(Long.class, Names.named("seed"));

    private final String recipe;
    private final ConfigReader root;
    private final Components components;
    private final Console console;
    private final Map<Key<?>, @Nullable Object> values = new LinkedHashMap<>();
    private @Nullable Path checkpointDirectory;
    private @Nullable Path outputDirectory;
    private @Nullable Backend backend;

    private RunInputs(String recipe, ConfigReader root, Components components, Console console) {
        this.recipe = recipe;
        this.root = root;
        this.components = components;
        this.console = console;
    }

    /**
     * Reads what the recipe asks for.
     *
     * @throws io.tune4j.api.config.ConfigException with all that is wrong
     */
    static RunInputs read(
            String name, Class<? extends Recipe> recipe, RunConfig config, Components components, Console console) {
        RunInputs inputs = new RunInputs(name, config.root(), components, console);
        // The checkpointer comes first, because others want to know where the base model lies.
        InjectionPoint constructor = InjectionPoint.forConstructorOf(recipe);
        for (boolean checkpointer : new boolean[] {true, false}) {
            for (Dependency<?> dependency : constructor.getDependencies()) {
                Key<?> asked = unwrapped(dependency.getKey());
                if (asked.getTypeLiteral().getRawType().equals(Checkpointer.class) == checkpointer) {
                    inputs.read(asked, isOptional(dependency.getKey()));
                }
            }
        }
        if (!inputs.values.isEmpty()) {
            config.problems().throwIfAny();
        }
        return inputs;
    }

    /** Values by what was asked for; null where an optional section is missing. */
    Map<Key<?>, @Nullable Object> values() {
        return values;
    }

    private static boolean isOptional(Key<?> key) {
        return key.getTypeLiteral().getRawType().equals(Optional.class);
    }

    /** {@code Provider<T>} and {@code Optional<T>} ask for T. */
    private static Key<?> unwrapped(Key<?> key) {
        Class<?> raw = key.getTypeLiteral().getRawType();
        boolean wrapped = raw.equals(Optional.class)
                || raw.equals(Provider.class)
                || raw.equals(com.google.inject.Provider.class);
        if (wrapped && key.getTypeLiteral().getType() instanceof ParameterizedType type) {
            return unwrapped(key.ofType(TypeLiteral.get(type.getActualTypeArguments()[0])));
        }
        return key;
    }

    private void read(Key<?> key, boolean optional) {
        if (values.containsKey(key)) {
            return;
        }
        Class<?> type = key.getTypeLiteral().getRawType();
        if (type.equals(Backend.class)) {
            value(Key.get(BackendFactory.class), components.backend(root));
            read(Key.get(Device.class), false);
            read(Key.get(DType.class), false);
            value(Key.get(Integer.class, Names.named("num_threads")), root.integer("num_threads", 0, 0, 4096));
        } else if (type.equals(BackendFactory.class)) {
            value(key, components.backend(root));
        } else if (type.equals(Device.class)) {
            value(key, device());
        } else if (type.equals(DType.class)) {
            value(key, root.dtype("dtype", DType.BFLOAT16));
        } else if (key.equals(SEED)) {
            Long written = root.longIntegerOrNull("seed");
            value(key, written == null ? RandomKeys.derive(System.nanoTime(), recipe) : written);
        } else if (key.equals(OUTPUT)) {
            outputDirectory = optional ? root.pathOrNull("output_dir") : root.path("output_dir");
            value(key, outputDirectory);
        } else {
            String section = section(key, type);
            if (section != null) {
                value(key, component(type, section, optional));
            }
        }
    }

    private void value(Key<?> key, @Nullable Object value) {
        values.putIfAbsent(key, value);
    }

    private static @Nullable String section(Key<?> key, Class<?> type) {
        Annotation annotation = key.getAnnotation();
        if (annotation instanceof ConfigKey named) {
            return named.value();
        }
        ConfigSection usual = type.getAnnotation(ConfigSection.class);
        return annotation == null && usual != null ? usual.value() : null;
    }

    private @Nullable Object component(Class<?> type, String key, boolean optional) {
        if (!root.has(key)) {
            if (!optional) {
                root.problem(
                        key,
                        "recipe '" + recipe + "' needs a " + key + "; the config has no `" + key
                                + ":` section. Add one whose _component_ is one of those in tune plugins");
            }
            root.claim(key);
            return null;
        }
        ConfigReader section = root.section(key);
        if (type.equals(ModelPlan.class)) {
            return components.model(section, checkpointDirectory);
        }
        Path output = outputDirectory == null ? root.pathOrNull("output_dir") : outputDirectory;
        Object made = components.create(type, section, new ComponentContext(components, output, checkpointDirectory));
        if (made instanceof Checkpointer checkpointer) {
            checkpointDirectory = checkpointer.checkpointDirectory();
        }
        return made;
    }

    private Device device() {
        try {
            return Device.parse(root.string("device", "cpu"));
        } catch (UserException e) {
            root.problem("device", String.valueOf(e.getMessage()));
            return Device.CPU;
        }
    }

    /** Opens the config's backend on its device; closed with this. */
    Backend openBackend() {
        BackendFactory factory = (BackendFactory) required(Key.get(BackendFactory.class));
        Device device = (Device) required(Key.get(Device.class));
        DType dtype = (DType) required(Key.get(DType.class));
        int threads = (Integer) required(Key.get(Integer.class, Names.named("num_threads")));
        Backend opened = factory.create(new BackendOptions(device, dtype, threads, console::warning));
        backend = opened;
        console.line("backend    " + opened.capabilities().description() + ", " + dtype);
        return opened;
    }

    private Object required(Key<?> key) {
        Object value = values.get(key);
        if (value == null) {
            throw new IllegalStateException("no " + key + " although the config had no problem");
        }
        return value;
    }

    @Override
    public void close() {
        if (backend != null) {
            backend.close();
        }
    }
}
