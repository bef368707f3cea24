// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.error.UserException;
import io.tune4j.app.configs.ConfigSource;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.installation.Installation;
import io.tune4j.app.run.Host;
import io.tune4j.engine.config.ConfigLoader;
import io.tune4j.engine.config.ConfigWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Unmatched;

/** {@code tune cat}. */
@Command(
        name = "cat",
        mixinStandardHelpOptions = true,
        description = "Shows a config: as it is written, or with overrides applied and each value's origin beside it.",
        customSynopsis = "tune cat CONFIG [--resolve] [--sort] [KEY=VALUE | ~KEY]...",
        footer = {
            "",
            "Examples:",
            "  tune cat llama3_1/8B_lora_single_device",
            "  tune cat my.yaml --sort",
            "  tune cat my.yaml --resolve model.lora_rank=64 output_dir=/tmp/run"
        })
final class CatCommand implements Runnable {
    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Parameters(index = "0", paramLabel = "CONFIG", description = "A config's name, or a YAML file.")
    private String name = "";

    @Option(names = "--resolve", description = "Put values in the place of references such as $${output_dir}.")
    private boolean resolve;

    @Option(names = "--sort", description = "Keys in alphabetical order.")
    private boolean sort;

    @Unmatched
    private List<String> overrides = new ArrayList<>();

    @Override
    public void run() {
        Host host = root.host(TerminalConsole.standard());
        if (host.recipeNames().contains(name)) {
            throw new UserException(
                    "'" + name + "' is a recipe, not a config; tune ls shows the configs that are made for it");
        }
        ConfigSource source = host.configs().find(name);
        System.out.print(
                overrides.isEmpty() && !resolve && !sort ? source.text() : changed(source, host.installation()));
    }

    private String changed(ConfigSource source, Installation installation) {
        Problems problems = new Problems();
        Notices notices = new Notices();
        Mapping tree = resolve
                ? ConfigLoader.load(
                        source.text(),
                        source.location(),
                        overrides,
                        System.getenv(),
                        installation.variables(),
                        problems,
                        notices)
                : ConfigLoader.change(source.text(), source.location(), overrides, problems, notices);
        problems.throwIfAny();
        StringBuilder text = new StringBuilder();
        notices.all().forEach(notice -> text.append("# ").append(notice).append('\n'));
        return text.append(resolve ? ConfigWriter.write(tree, problems, sort) : ConfigWriter.write(tree, false, sort))
                .toString();
    }
}
