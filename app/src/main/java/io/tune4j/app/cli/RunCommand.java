// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.error.UserException;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.RecipeRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
            "Examples:",
            "  tune run lora_finetune_single_device --config quickstart",
            "  tune run lora_finetune_single_device --config llama3_1/8B_lora_single_device \\",
            "      --model.lora_attn_modules=[q_proj,k_proj,v_proj] --model.lora_rank=64 --model.lora_alpha=128",
            "  tune run lora_finetune_single_device --config my.yaml resume_from_checkpoint=True",
            "",
            "Recipes and configs: tune ls. What a config's keys mean: tune cat CONFIG, docs/reference/keys.md"
        })
final class RunCommand implements Callable<Integer> {
    /** Options of torchrun, which torchtune's command accepts too. */
    private static final Set<String> PROCESSES = Set.of("nproc_per_node", "nnodes", "rdzv_endpoint", "rdzv_backend");

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

    private void refuseSeveralProcesses() {
        for (String override : overrides) {
            if (PROCESSES.contains(
                    override.replaceFirst("=.*", "").replace('-', '_').replaceFirst("^__", ""))) {
                throw new UserException(override + ": a run is one process on one device here; leave that out");
            }
        }
    }

    @Override
    public Integer call() {
        refuseSeveralProcesses();
        TerminalConsole console = TerminalConsole.standard();
        return new RecipeRunner(root.host(console), console).run(recipe, config, overrides);
    }
}
