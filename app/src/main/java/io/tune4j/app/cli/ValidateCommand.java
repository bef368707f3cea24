package io.tune4j.app.cli;

import io.tune4j.api.config.ConfigLoader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.app.Installation;
import io.tune4j.app.run.ConfigLocator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Unmatched;

/** {@code tune validate}. */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = "Checks a config's syntax, references and overrides, without a recipe.")
final class ValidateCommand implements Runnable {
    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Parameters(index = "0", paramLabel = "CONFIG", description = "A bundled config's name, or a YAML file.")
    private String config = "";

    @Unmatched
    private List<String> overrides = new ArrayList<>();

    @Override
    public void run() {
        Installation installation = root.installation();
        Path file = new ConfigLocator(installation.configs()).find(config);
        Problems problems = new Problems();
        Notices notices = new Notices();
        ConfigLoader.load(file, overrides, System.getenv(), installation.variables(), problems, notices);
        notices.all().forEach(System.out::println);
        problems.throwIfAny();
        System.out.println(file + " is well-formed; its keys are checked by the recipe that runs it");
    }
}
