// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.app.configs.ConfigSource;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.Host;
import java.io.PrintStream;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code tune ls}. */
@Command(
        name = "ls",
        mixinStandardHelpOptions = true,
        description = "Lists the recipes of all plugins with the configs that are made for them.",
        footer = {
            "",
            "Examples:",
            "  tune ls",
            "  tune ls --json",
            "  tune run RECIPE --config CONFIG   runs one of them",
            "  tune cp CONFIG my.yaml            copies one to be edited"
        })
final class ListCommand implements Runnable {
    private static final String ROW = "%-36s %s%n";

    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Option(names = "--names", hidden = true, description = "Only the configs' names, for shells to complete.")
    private boolean names;

    @Option(names = "--recipes", hidden = true, description = "Only the recipes' names.")
    private boolean recipes;

    @Override
    public void run() {
        Host host = root.host(TerminalConsole.standard());
        if (recipes) {
            host.recipeNames().forEach(System.out::println);
        } else if (names) {
            host.configs().names().forEach(System.out::println);
        } else if (json) {
            System.out.println(json(host));
        } else {
            table(host, System.out);
        }
    }

    private static List<ConfigSource> configs(Host host, String recipe) {
        return host.configs().all().stream()
                .filter(config -> recipe.equals(config.recipe()))
                .toList();
    }

    private static List<ConfigSource> others(Host host) {
        return host.configs().all().stream()
                .filter(config -> !host.recipeNames().contains(Objects.requireNonNullElse(config.recipe(), "")))
                .toList();
    }

    private static void table(Host host, PrintStream out) {
        out.printf(ROW, "RECIPE", "CONFIG");
        for (String recipe : host.recipeNames()) {
            rows(recipe, configs(host, recipe), out);
        }
        List<ConfigSource> others = others(host);
        if (!others.isEmpty()) {
            rows("(does not say)", others, out);
        }
    }

    private static void rows(String recipe, List<ConfigSource> configs, PrintStream out) {
        out.printf(ROW, recipe, configs.isEmpty() ? "<>" : label(configs.get(0)));
        configs.stream().skip(1).forEach(config -> out.printf(ROW, "", label(config)));
    }

    private static String label(ConfigSource config) {
        return config.plugin() == null ? config.name() : config.name() + "  (plugin " + config.plugin() + ")";
    }

    private static String json(Host host) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode recipes = root.putArray("recipes");
        for (String name : host.recipeNames()) {
            RecipeFactory factory =
                    Objects.requireNonNull(host.contributions().recipes().get(name));
            ObjectNode node = recipes.addObject().put("name", name).put("summary", factory.summary());
            add(node.putArray("configs"), configs(host, name));
        }
        add(root.putArray("other_configs"), others(host));
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new InternalException("cannot write JSON", e);
        }
    }

    private static void add(ArrayNode array, List<ConfigSource> configs) {
        for (ConfigSource config : configs) {
            array.addObject()
                    .put("name", config.name())
                    .put("location", config.location())
                    .put("plugin", config.plugin());
        }
    }
}
