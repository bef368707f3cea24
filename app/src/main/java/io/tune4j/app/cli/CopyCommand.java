package io.tune4j.app.cli;

import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.app.run.ConfigLocator;
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
        description = "Copies a bundled config to a file, to be edited and run with --config FILE.")
final class CopyCommand implements Runnable {
    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Parameters(index = "0", paramLabel = "CONFIG", description = "The bundled config's name; see tune ls.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "The file or folder to copy to.")
    private Path target = Path.of("");

    @Option(names = "--force", description = "Replace a file that is there.")
    private boolean force;

    @Override
    public void run() {
        Path source = new ConfigLocator(root.installation().configs()).find(name);
        Path file = Files.isDirectory(target) ? target.resolve(source.getFileName()) : target;
        if (Files.exists(file) && !force) {
            throw new UserException(file + " exists; choose another name, or add --force to replace it");
        }
        try {
            AtomicFiles.writeString(file, Files.readString(source));
        } catch (IOException e) {
            throw new UserException("cannot read " + source + ": " + e.getMessage(), e);
        }
        System.out.println("copied to " + file);
    }
}
