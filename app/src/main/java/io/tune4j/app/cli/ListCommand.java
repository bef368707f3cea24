package io.tune4j.app.cli;

import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.app.Installation;
import io.tune4j.app.plugins.PluginLoader;
import io.tune4j.app.run.ConfigLocator;
import io.tune4j.app.wiring.Contributions;
import io.tune4j.app.wiring.Wiring;
import java.io.PrintStream;
import java.util.Comparator;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code tune ls}. */
@Command(name = "ls", mixinStandardHelpOptions = true, description = "Lists recipes and bundled configs.")
final class ListCommand implements Runnable {
    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Override
    public void run() {
        Installation installation = root.installation();
        PrintStream out = System.out;
        out.println("Recipes");
        Wiring.wire(PluginLoader.load(installation.plugins()))
                .getInstance(Contributions.class)
                .recipes()
                .values()
                .stream()
                .sorted(Comparator.comparing(RecipeFactory::name))
                .forEach(recipe -> out.printf("  %-36s %s%n", recipe.name(), recipe.summary()));
        out.println("Configs");
        new ConfigLocator(installation.configs()).names().forEach(name -> out.println("  " + name));
    }
}
