// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tune completion}. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints a script that lets a shell complete commands, options, recipes and configs.",
        footer = {
            "",
            "Examples:",
            "  source <(tune completion bash)",
            "  tune completion zsh > \"$${fpath[1]}/_tune\"",
            "  tune completion fish > ~/.config/fish/completions/tune.fish"
        })
final class CompletionCommand implements Runnable {
    /** The shells that are known. */
    enum Shell {
        BASH,
        ZSH,
        FISH
    }

    /** Commands whose first argument, or {@code --config}, is a config. */
    private static final List<String> TAKE_CONFIGS = List.of("cat", "cp", "data", "estimate", "run", "validate");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "SHELL", description = "bash, zsh or fish.")
    private Shell shell = Shell.BASH;

    @Override
    public void run() {
        Map<String, String> options = new TreeMap<>();
        CommandLine parent =
                spec.parent() == null ? spec.commandLine() : spec.parent().commandLine();
        parent.getSubcommands().forEach((name, command) -> options.put(name, options(command)));
        System.out.print(
                switch (shell) {
                    case BASH -> bash(options);
                    case ZSH -> "#compdef tune\nautoload -U +X bashcompinit && bashcompinit\n" + bash(options);
                    case FISH -> fish(parent);
                });
    }

    private static String options(CommandLine command) {
        return command.getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Arrays.stream(option.names()))
                .filter(name -> name.startsWith("--"))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private static String bash(Map<String, String> options) {
        StringBuilder cases = new StringBuilder();
        options.forEach((name, flags) -> cases.append("        ")
                .append(name)
                .append(") words=\"")
                .append(flags)
                .append("\" ;;\n"));
        return """
                _tune() {
                    local current="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" words=""
                    if [ "$COMP_CWORD" -eq 1 ]; then
                        COMPREPLY=($(compgen -W "%s" -- "$current"))
                        return
                    fi
                    case "${COMP_WORDS[1]}" in
                %s    esac
                    if [ "$before" = "--config" ]; then
                        words="$("${COMP_WORDS[0]}" ls --names 2>/dev/null)"
                    elif [ "$COMP_CWORD" -eq 2 ]; then
                        case "${COMP_WORDS[1]}" in
                        run) words="$words $("${COMP_WORDS[0]}" ls --recipes 2>/dev/null)" ;;
                        %s) words="$words $("${COMP_WORDS[0]}" ls --names 2>/dev/null)" ;;
                        esac
                    fi
                    COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
                }
                complete -o filenames -F _tune tune
                """.formatted(
                String.join(" ", options.keySet()),
                cases,
                TAKE_CONFIGS.stream().filter(name -> !name.equals("run")).collect(Collectors.joining("|")));
    }

    private static String fish(CommandLine root) {
        StringBuilder script = new StringBuilder();
        new TreeMap<>(root.getSubcommands()).forEach((name, command) -> {
            script.append("complete -c tune -n __fish_use_subcommand -f -a ")
                    .append(name)
                    .append(" -d ")
                    .append(quoted(String.join(
                            " ", command.getCommandSpec().usageMessage().description())))
                    .append('\n');
            command.getCommandSpec().options().stream()
                    .filter(option -> !option.hidden())
                    .forEach(option -> script.append("complete -c tune -n '__fish_seen_subcommand_from ")
                            .append(name)
                            .append("' -l ")
                            .append(option.longestName().replaceFirst("^-+", ""))
                            .append(" -d ")
                            .append(quoted(String.join(" ", option.description())))
                            .append('\n'));
        });
        script.append("complete -c tune -n '__fish_seen_subcommand_from ")
                .append(String.join(" ", TAKE_CONFIGS))
                .append("' -a '(tune ls --names 2>/dev/null)'\n");
        script.append("complete -c tune -n '__fish_seen_subcommand_from run' -a '(tune ls --recipes 2>/dev/null)'\n");
        return script.toString();
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("$$", "$") + "'";
    }
}
