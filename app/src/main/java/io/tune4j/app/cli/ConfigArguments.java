package io.tune4j.app.cli;

import io.tune4j.api.error.UserException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The run that a command is about: a config alone, or the arguments of {@code tune run} as they are.
 */
final class ConfigArguments {
    @Parameters(index = "0", arity = "0..1", paramLabel = "CONFIG", hidden = true)
    private @Nullable String positional;

    @Option(names = "--config", paramLabel = "CONFIG", description = "A config's name, or a YAML file.")
    private @Nullable String config;

    @Option(
            names = "--recipe",
            paramLabel = "RECIPE",
            description = "By default the one that the config's opening comment names.")
    private @Nullable String recipe;

    /**
     * What was named.
     *
     * @param recipe null for the one that the config names
     * @param config a config's name, or a file
     * @param overrides in their order
     */
    record Named(@Nullable String recipe, String config, List<String> overrides) {
        Named {
            overrides = List.copyOf(overrides);
        }
    }

    /**
     * @param usage how one names a config, for messages
     * @param overrides what else there was on the command line, which only the command itself can be given
     */
    Named named(String usage, List<String> overrides) {
        String first = positional;
        String name = config != null ? config : first;
        if (name == null || (config == null && isOverride(name))) {
            throw new UserException("name one config: " + usage + "; tune ls lists those that come along");
        }
        String chosen = recipe;
        List<String> all = new ArrayList<>(overrides);
        if (config != null && first != null) {
            if (isOverride(first)) {
                all.add(0, first);
            } else if (chosen == null || chosen.equals(first)) {
                chosen = first;
            } else {
                throw new UserException("there are two recipes: " + first + " and --recipe " + chosen + "; keep one");
            }
        }
        return new Named(chosen, name, all);
    }

    private static boolean isOverride(String argument) {
        return argument.contains("=") || argument.startsWith("~");
    }
}
