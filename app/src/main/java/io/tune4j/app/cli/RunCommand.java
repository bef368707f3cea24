package io.tune4j.app.cli;

import io.tune4j.api.error.InternalException;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.RecipeRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Unmatched;

/** {@code tune run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs a recipe with a config.",
        customSynopsis = "tune run RECIPE --config CONFIG [KEY=VALUE | --KEY=VALUE | --KEY VALUE | ~KEY]...",
        footer = {
            "",
            "Everything else on the line changes the config:",
            "  model.lora_rank=64 --optimizer.lr 1e-4 'model.lora_attn_modules=[q_proj, v_proj]' ~lr_scheduler",
            "",
            "Recipes and configs: tune ls"
        })
final class RunCommand implements Callable<Integer> {
    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Parameters(index = "0", paramLabel = "RECIPE", description = "The recipe's name.")
    private String recipe = "";

    @Option(
            names = "--config",
            required = true,
            paramLabel = "CONFIG",
            description = "The name of a bundled config, or a YAML file.")
    private String config = "";

    @Unmatched
    private List<String> overrides = new ArrayList<>();

    @Override
    public Integer call() {
        try {
            return new RecipeRunner(root.installation(), TerminalConsole.standard()).run(recipe, config, overrides);
        } catch (OutOfMemoryError e) {
            return TuneCommand.outOfMemory(e, System.err);
        } catch (LinkageError | AssertionError | StackOverflowError e) {
            throw new InternalException("a recipe or a plugin failed: " + e, e);
        }
    }
}
