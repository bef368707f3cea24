// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.io.UnusablePath;
import io.tune4j.api.recipe.Console;
import io.tune4j.app.console.Style;
import io.tune4j.app.installation.Installation;
import io.tune4j.app.run.Host;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code tune}: the root of all commands, and the one place that turns failures into messages and exit codes. */
@Command(
        name = "tune",
        description = "Fine-tunes language models: adapters, or all weights.",
        mixinStandardHelpOptions = true,
        versionProvider = TuneCommand.Version.class,
        subcommands = {
            DownloadCommand.class,
            UploadCommand.class,
            RunCommand.class,
            WatchCommand.class,
            RunsCommand.class,
            CompareCommand.class,
            ReportCommand.class,
            ServeCommand.class,
            ValidateCommand.class,
            ListCommand.class,
            ChatCommand.class,
            DataCommand.class,
            EstimateCommand.class,
            ExportCommand.class,
            CopyCommand.class,
            CatCommand.class,
            PluginsCommand.class,
            DoctorCommand.class,
            VersionCommand.class,
            CompletionCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {
            "",
            "To begin:  tune run lora_finetune_single_device --config quickstart",
            "Exit codes: 0 done, 2 wrong command or config, 3 data or checkpoint, 4 memory, disk or device, 5 a plugin"
                    + " failed, 70 a bug, 130 stopped by Ctrl-C"
        })
public final class TuneCommand implements Runnable {
    @Option(
            names = "--plugin-dir",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "A plugin: its jar, or the folder with its jars; repeatable. Its code runs with your rights.")
    private List<Path> pluginFolders = new ArrayList<>();

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "Show where in the program a failure happened.")
    private boolean stackTrace;

    @Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    /** Prints the version of the distribution. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "tune4j " + Installation.find(List.of()).version(),
                "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch")
            };
        }
    }

    /** Runs a command line and returns the exit code. */
    public static int execute(String[] arguments) {
        return execute(arguments, System.err);
    }

    static int execute(String[] arguments, PrintStream errors) {
        TuneCommand root = new TuneCommand();
        return execute(new CommandLine(root), () -> root.stackTrace, arguments, errors);
    }

    /** @param stackTrace whether the command line, once parsed, asks for one */
    static int execute(CommandLine line, BooleanSupplier stackTrace, String[] arguments, PrintStream errors) {
        Failures failures = new Failures(errors);
        try {
            return line.setColorScheme(CommandLine.Help.defaultColorScheme(
                            Style.output().colours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
                    .setExpandAtFiles(false)
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .registerConverter(Path.class, TuneCommand::path)
                    .setParameterExceptionHandler((exception, args) -> misused(exception, errors))
                    .setExecutionExceptionHandler(
                            (exception, command, parsed) -> failures.tell(exception, stackTrace.getAsBoolean()))
                    .execute(arguments);
        } catch (Throwable failure) {
            // The library passes on errors, and what its own parts throw.
            return failures.tell(failure, stackTrace.getAsBoolean());
        }
    }

    /** The installation with the plugin folders of the command line. */
    Installation installation() {
        return Installation.find(pluginFolders);
    }

    /** The installation with all plugins loaded. */
    Host host(Console console) {
        return Host.load(installation(), console);
    }

    /** The plugin folders of the command line. */
    List<Path> pluginFolders() {
        return List.copyOf(pluginFolders);
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new CommandLine.TypeConversionException(UnusablePath.describe(e));
        }
    }

    private static int misused(ParameterException e, PrintStream errors) {
        CommandLine command = e.getCommandLine();
        errors.println(Style.errors().error("error: ") + e.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
        errors.println("See " + command.getCommandSpec().qualifiedName() + " --help");
        return CommandLine.ExitCode.USAGE;
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
