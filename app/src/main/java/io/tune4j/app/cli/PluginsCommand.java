// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.config.NearMisses;
import io.tune4j.api.error.UserException;
import io.tune4j.app.installation.Installation;
import io.tune4j.app.plugins.PluginLoader;
import io.tune4j.app.plugins.Plugins;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code tune plugins}. */
@Command(
        name = "plugins",
        mixinStandardHelpOptions = true,
        description = "Lists the plugins, what they contribute, and those that were refused.",
        subcommands = {PluginsCommand.Show.class, NewPluginCommand.class})
final class PluginsCommand implements Runnable {
    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    private Plugins load() {
        return PluginLoader.load(root.installation().plugins());
    }

    @Override
    public void run() {
        Plugins plugins = load();
        System.out.print(json ? PluginReport.json(plugins) : PluginReport.table(plugins));
    }

    /** {@code tune plugins show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows one plugin: its jars with their sha256 sums, and all that it contributes.")
    static final class Show implements Runnable {
        @ParentCommand
        private PluginsCommand parent = new PluginsCommand();

        @Parameters(index = "0", paramLabel = "ID", description = "The plugin's id; see tune plugins.")
        private String id = "";

        @Override
        public void run() {
            Plugins plugins = parent.load();
            String text = PluginReport.details(plugins, id);
            if (text.isEmpty()) {
                Installation installation = parent.root.installation();
                Stream<String> known = Stream.concat(
                        plugins.loaded().stream().map(plugin -> plugin.id()),
                        plugins.refused().stream().map(plugin -> plugin.id()));
                List<String> ids = known.sorted().distinct().toList();
                throw new UserException("there is no plugin '" + id + "'" + NearMisses.didYouMean(id, ids)
                        + "; there are " + String.join(", ", ids) + " (plugin folder: "
                        + installation.plugins().bundled() + ")");
            }
            System.out.print(text);
        }
    }
}
