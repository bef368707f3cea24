// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.error.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The run that a command is about: a config alone, or the arguments of {@code tune run} as they are.
 */
final class ConfigArguments {
    /** {@code key=value} or {@code ~key}; not a file in a folder whose name has an equals sign. */
    private static final Pattern OVERRIDE = Pattern.compile("~|[A-Za-z_][\\w.\\[\\]-]*=");

    @Parameters(index = "0", arity = "0..1", paramLabel = "CONFIG", hidden = true)
    private @Nullable String positional;

    @Option(names = "--config", paramLabel = "CONFIG", description = "A config's name, or a YAML file.")
    private @Nullable String config;

    @Option(
            names = "--recipe",
            paramLabel = "RECIPE",
            description = "By default the one that the config's opening comment names.")
    private @Nullable String recipe;

    /** The command that has these arguments. */
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /**
     * The named recipe, config and overrides.
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
     * @param unmatched what else there was on the command line, which only the command itself can be given
     */
    Named named(String usage, List<String> unmatched) {
        String first = positional;
        List<String> overrides = new ArrayList<>(unmatched);
        if (first != null && isOverride(first, unmatched)) {
            overrides.add(placeOf(first, unmatched), first);
            first = null;
        }
        String name = config != null ? config : first;
        if (name == null) {
            throw new UserException("name one config: " + usage + "; tune ls lists those that come along");
        }
        boolean namesRecipe = config != null && first != null;
        if (namesRecipe && recipe != null && !recipe.equals(first)) {
            throw new UserException("there are two recipes: " + first + " and --recipe " + recipe + "; keep one");
        }
        return new Named(namesRecipe ? first : recipe, name, overrides);
    }

    private boolean isOverride(String argument, List<String> unmatched) {
        if (OVERRIDE.matcher(argument).lookingAt()) {
            return true;
        }
        // The value in "--key value".
        int place = typed().indexOf(argument);
        String before = place > 0 ? typed().get(place - 1) : "";
        return before.startsWith("--") && !before.contains("=") && unmatched.contains(before);
    }

    /** Its position among the other arguments. */
    private int placeOf(String argument, List<String> others) {
        int place = typed().indexOf(argument);
        return (int) others.stream()
                .takeWhile(other -> typed().indexOf(other) < place)
                .count();
    }

    private List<String> typed() {
        return command.root().commandLine().getParseResult().originalArgs();
    }
}
