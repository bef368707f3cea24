package io.tune4j.app.cli;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.app.plugins.LoadedPlugin;
import io.tune4j.app.plugins.PluginLoader;
import io.tune4j.app.plugins.Plugins;
import io.tune4j.app.wiring.Wiring;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code tune plugins}. */
@Command(
        name = "plugins",
        mixinStandardHelpOptions = true,
        description = "Lists the plugins, what they contribute, and those that could not be loaded.")
final class PluginsCommand implements Runnable {
    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Override
    public void run() {
        PrintStream out = System.out;
        Plugins plugins = Wiring.wire(PluginLoader.load(root.installation().pluginFolders()))
                .plugins();
        for (LoadedPlugin loaded : plugins.loaded()) {
            out.println(loaded.id() + " " + loaded.version() + "  " + loaded.location());
            contributions(loaded.plugin()).forEach(line -> out.println("  " + line));
        }
        plugins.refused().forEach(refused -> out.println("refused  " + refused.location() + "\n  " + refused.reason()));
    }

    private static List<String> contributions(Plugin plugin) {
        List<String> lines = new ArrayList<>();
        add(lines, "backends", plugin.backends().stream().map(backend -> backend.name()));
        add(lines, "models", plugin.models().stream().flatMap(family -> family.builders().stream()
                .map(builder -> builder.name())));
        add(lines, "PEFT methods", plugin.peftMethods().stream().map(method -> method.name()));
        add(lines, "recipes", plugin.recipes().stream().map(recipe -> recipe.name()));
        add(lines, "components", plugin.components().stream().map(component -> component.name()));
        return lines;
    }

    private static void add(List<String> lines, String kind, Stream<String> names) {
        String joined = names.collect(Collectors.joining(", "));
        if (!joined.isEmpty()) {
            lines.add(kind + ": " + joined);
        }
    }
}
