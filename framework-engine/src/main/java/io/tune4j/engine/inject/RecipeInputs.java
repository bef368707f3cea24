package io.tune4j.engine.inject;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendOptions;
import io.tune4j.api.config.ConfigKey;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.ConfigSection;
import io.tune4j.api.error.PluginException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.UserFolders;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.train.Checkpointer;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a recipe's constructor ({@link Recipe} lists the possible ones), made from the config before the recipe is. So
 * every mistake is found at once, and errors use the config's words. Closing it closes the backend.
 */
public final class RecipeInputs implements AutoCloseable {
    private static final String OUTPUT = "output_dir";
    private static final String SEED = "seed";

    /**
     * The type of a constructor's parameter, without {@code Optional} and {@code Provider} around it.
     *
     * @param type boxed
     * @param qualifier {@link ConfigKey}, {@link Named} or another qualifier; null for none
     */
    public record Asked(Class<?> type, @Nullable Annotation qualifier) {}

    private final String recipe;
    private final ConfigReader root;
    private final Components components;
    private final Console console;
    private final Map<Asked, @Nullable Object> values = new LinkedHashMap<>();
    private @Nullable Checkpointer baseModel;
    private @Nullable BackendFactory backendFactory;
    private Device device = Device.CPU;
    private DType dtype = DType.BFLOAT16;
    private int threads;
    private @Nullable Backend backend;

    private RecipeInputs(String recipe, ConfigReader root, Components components, Console console) {
        this.recipe = recipe;
        this.root = root;
        this.components = components;
        this.console = console;
    }

    /**
     * Reads what a recipe asks for.
     *
     * @param name the recipe's, for messages
     * @throws io.tune4j.api.config.ConfigException with all that is wrong
     * @throws PluginException if the class has no constructor to use
     */
    public static RecipeInputs read(
            String name, Class<? extends Recipe> recipe, RunConfig config, Components components, Console console) {
        RecipeInputs inputs = new RecipeInputs(name, config.root(), components, console);
        List<Parameter> parameters = List.of(constructor(name, recipe).getParameters());
        // The checkpointer comes first, because others want to know where the base model lies.
        for (boolean checkpointer : new boolean[] {true, false}) {
            for (Parameter parameter : parameters) {
                Asked asked = asked(parameter);
                if (asked.type().equals(Checkpointer.class) == checkpointer) {
                    inputs.read(asked, parameter.getType().equals(Optional.class));
                }
            }
        }
        if (!inputs.values.isEmpty()) {
            config.problems().throwIfAny();
        }
        return inputs;
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
        if (type.equals(Backend.class)) {
            backendFactory = components.backend(root);
            device = readDevice();
            dtype = root.dtype("dtype", DType.BFLOAT16);
            threads = root.integer("num_threads", 0, 0, 4096);
        } else if (type.equals(BackendFactory.class)) {
            values.put(asked, components.backend(root));
        } else if (type.equals(Device.class)) {
            values.put(asked, readDevice());
        } else if (type.equals(DType.class)) {
            values.put(asked, root.dtype("dtype", DType.BFLOAT16));
        } else if (isNamed(asked, Long.class, SEED)) {
            Long written = root.longIntegerOrNull(SEED);
            values.put(asked, written == null ? RandomKeys.derive(System.nanoTime(), recipe) : written);
        } else if (isNamed(asked, Path.class, OUTPUT)) {
            values.put(asked, optional ? root.pathOrNull(OUTPUT) : root.path(OUTPUT));
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
        if (!root.has(key)) {
            if (!optional) {
                root.problem(
                        key,
                        "recipe '" + recipe + "' needs a " + key + "; the config has no `" + key
                                + ":`. Add the section, with a _component_ from tune plugins");
            }
            root.claim(key);
            return null;
        }
        ConfigReader section = root.section(key);
        if (type.equals(ModelPlan.class)) {
            return components.modelOf(section, baseModel);
        }
        ComponentContext context = new ComponentContext(
                components, root.pathOrNull(OUTPUT), baseModel == null ? null : baseModel.checkpointDirectory());
        Object made = components.create(type, section, context);
        if (made instanceof Checkpointer checkpointer) {
            baseModel = checkpointer;
        }
        return made;
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
            if (backendFactory == null) {
                throw new PluginException("recipe '" + recipe
                        + "' has no backend: its constructor must ask for Backend or" + " Provider<Backend>");
            }
            BackendFactory factory = backendFactory;
            BackendOptions options = new BackendOptions(
                    device, dtype, threads, console::warning, UserFolders.cache(components.environment()));
            backend = PluginCalls.in(factory, () -> factory.create(options));
            console.line("backend    " + backend.capabilities().description() + ", " + dtype);
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
