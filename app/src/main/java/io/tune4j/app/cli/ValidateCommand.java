package io.tune4j.app.cli;

import io.tune4j.api.error.UserException;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.RecipeRunner;
import io.tune4j.app.run.RecipeRunner.Checked;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Unmatched;

/** {@code tune validate}. */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = "Checks a config as its recipe does before it runs: keys, values, components, the model's shape."
                + " Weights are not touched.",
        customSynopsis = "tune validate CONFIG [--recipe RECIPE] [--strict] [KEY=VALUE | ~KEY]...",
        footer = {
            "",
            "Examples:",
            "  tune validate my.yaml",
            "  tune validate llama3_1/8B_lora_single_device model.lora_rank=64",
            "Exit codes: 0 the config is right, 2 it is not, 3 with --strict if files that it names are missing."
        })
final class ValidateCommand implements Callable<Integer> {
    private static final int FILES_MISSING = 3;

    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Parameters(index = "0", arity = "0..1", paramLabel = "CONFIG", description = "A config's name, or a YAML file.")
    private @Nullable String positional;

    /** As {@code tune run} has it, whose arguments can so be checked as they are. */
    @Option(names = "--config", paramLabel = "CONFIG", hidden = true)
    private @Nullable String config;

    @Option(
            names = "--recipe",
            paramLabel = "RECIPE",
            description = "The recipe to check for; by default the one that the config's opening comment names.")
    private @Nullable String recipe;

    @Option(names = "--strict", description = "Files that are not there yet are an error too.")
    private boolean strict;

    @Unmatched
    private List<String> overrides = new ArrayList<>();

    @Override
    public Integer call() {
        String name = config;
        if (name == null) {
            name = positional;
        } else if (positional != null && positional.contains("=")) {
            overrides.add(0, positional);
        } else if (positional != null) {
            recipe = positional;
        }
        if (name == null) {
            throw new UserException("name a config: tune validate CONFIG; tune ls lists those that come along");
        }
        TerminalConsole console = TerminalConsole.standard();
        Checked checked = new RecipeRunner(root.host(console), console).check(recipe, name, overrides);
        checked.notices().forEach(console::line);
        console.line(checked.location() + " is right for " + checked.recipe());
        if (!checked.missingFiles().isEmpty()) {
            console.line("not there yet, and needed to run it:");
            checked.missingFiles().forEach(file -> console.line("  " + file));
        }
        return strict && !checked.missingFiles().isEmpty() ? FILES_MISSING : 0;
    }
}
