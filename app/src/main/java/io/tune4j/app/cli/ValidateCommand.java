// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.RecipeRunner;
import io.tune4j.app.run.RecipeRunner.Checked;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Unmatched;

/** {@code tune validate}. */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = "Checks a config as its recipe does before it runs: keys, values, components, the model's shape."
                + " Weights are not loaded.",
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

    @Mixin
    private ConfigArguments arguments = new ConfigArguments();

    @Unmatched
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--strict", description = "Files that are not there yet are an error too.")
    private boolean strict;

    @Override
    public Integer call() {
        ConfigArguments.Named run = arguments.named("tune validate CONFIG", overrides);
        TerminalConsole console = TerminalConsole.standard();
        Checked checked =
                new RecipeRunner(root.host(console), console).check(run.recipe(), run.config(), run.overrides());
        checked.notices().all().forEach(console::line);
        checked.notices().warnings().forEach(console::warning);
        console.line(checked.location() + " is right for " + checked.recipe());
        if (!checked.missingFiles().isEmpty()) {
            console.line("not there yet, and needed to run it:");
            checked.missingFiles().forEach(file -> console.line("  " + file));
        }
        return strict && !checked.missingFiles().isEmpty() ? FILES_MISSING : 0;
    }
}
