// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.app.configs.ConfigSource;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code tune cp}. */
@Command(
        name = "cp",
        mixinStandardHelpOptions = true,
        description = "Copies a config to a file, to be edited and run with --config FILE.",
        footer = {
            "",
            "Examples:",
            "  tune cp llama3_1/8B_lora_single_device my.yaml",
            "  tune cp llama3_2/1B_lora_single_device .",
            "  tune cp quickstart experiments/first/config.yaml --make-parents"
        })
final class CopyCommand implements Runnable {
    private static final String SUFFIX = ".yaml";

    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Parameters(index = "0", paramLabel = "CONFIG", description = "A config's name; see tune ls.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "The file or folder to copy to.")
    private Path target = Path.of("");

    @Option(
            names = {"-f", "--force"},
            description = "Replace a file that is there.")
    private boolean force;

    @Option(
            names = {"-n", "--no-clobber"},
            description = "Leave a file that is there, without an error.")
    private boolean keep;

    @Option(names = "--make-parents", description = "Make the folders of the target.")
    private boolean makeParents;

    @Override
    public void run() {
        TerminalConsole console = TerminalConsole.standard();
        Host host = root.host(console);
        if (host.recipeNames().contains(name)) {
            throw new UserException(
                    "'" + name + "' is a recipe, which is a Java class of a plugin and cannot be copied."
                            + " For one of your own: tune plugins new NAME");
        }
        ConfigSource source = host.configs().find(name);
        Path file = file(source);
        if (Files.exists(file) && keep && !force) {
            console.line(file + " is there already and stays as it is");
            return;
        }
        if (Files.exists(file) && !force) {
            throw new UserException(file + " exists; choose another name, or add -f to replace it");
        }
        makeParents(file);
        AtomicFiles.writeString(file, source.text());
        console.line("copied to " + file);
    }

    private Path file(ConfigSource source) {
        if (Files.isDirectory(target)) {
            String simple = source.name().substring(source.name().lastIndexOf('/') + 1);
            return target.resolve(simple.endsWith(SUFFIX) ? simple : simple + SUFFIX);
        }
        String last = String.valueOf(target.getFileName());
        return last.contains(".") ? target : target.resolveSibling(last + SUFFIX);
    }

    private void makeParents(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null || Files.isDirectory(parent)) {
            return;
        }
        if (!makeParents) {
            throw new UserException("there is no folder " + parent + "; add --make-parents to have it made");
        }
        try {
            Files.createDirectories(parent);
        } catch (IOException e) {
            throw new UserException("cannot make the folder " + parent + ": " + e.getMessage(), e);
        }
    }
}
