// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.error.UserException;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.RecipeRunner;
import io.tune4j.app.workers.Launch;
import io.tune4j.app.workers.LaunchedWorker;
import io.tune4j.app.workers.WorkerProcesses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code tune run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs a recipe with a config.",
        customSynopsis =
                "tune run [--nproc_per_node N] RECIPE --config CONFIG [KEY=VALUE | --KEY=VALUE | --KEY VALUE | ~KEY]...",
        footer = {
            "",
            "Everything else on the line changes the config:",
            "  model.lora_rank=64 --optimizer.lr 1e-4 'model.lora_attn_modules=[q_proj, v_proj]' ~lr_scheduler",
            "",
            "Examples:",
            "  tune run lora_finetune_single_device --config quickstart",
            "  tune run lora_finetune_single_device --config llama3_1/8B_lora_single_device \\",
            "      --model.lora_attn_modules=[q_proj,k_proj,v_proj] --model.lora_rank=64 --model.lora_alpha=128",
            "  tune run lora_finetune_single_device --config my.yaml resume_from_checkpoint=True",
            "  tune run --nproc_per_node 2 lora_finetune_distributed --config llama3_1/8B_lora",
            "",
            "Recipes and configs: tune ls. What a config's keys mean: tune cat CONFIG, docs/reference/keys.md"
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

    @Mixin
    private ProcessOptions processes = new ProcessOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Unmatched
    private List<String> overrides = new ArrayList<>();

    @Override
    public Integer call() {
        TerminalConsole console = TerminalConsole.standard();
        if (LaunchedWorker.is(System.getenv())) {
            LaunchedWorker.endWithLauncher();
        } else {
            Launch launch = processes.launch(System.getenv());
            if (!launch.isSingle()) {
                root.host(console).requireWorkers(recipe, launch.size());
                return WorkerProcesses.run(launch, command(), console);
            }
        }
        return new RecipeRunner(root.host(console), console).run(recipe, config, overrides);
    }

    /** This command, as each worker runs it. */
    private List<String> command() {
        Path launcher = root.installation().home().resolve("bin").resolve("tune");
        if (!Files.isExecutable(launcher)) {
            throw new UserException("several workers are started by the distribution's bin/tune, and there is none at "
                    + launcher + "; start this from a distribution, or each worker by itself with RANK, WORLD_SIZE,"
                    + " MASTER_ADDR and MASTER_PORT");
        }
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return command;
    }
}
