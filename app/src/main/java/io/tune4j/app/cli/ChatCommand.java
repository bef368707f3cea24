// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.app.chat.ChatSession;
import io.tune4j.app.configs.ConfigSource;
import io.tune4j.app.console.Style;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.RecipeRunner;
import io.tune4j.app.run.ServedFolder;
import io.tune4j.generation.LoadedModel;
import io.tune4j.generation.Sampling;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Unmatched;
import sun.misc.Signal;

/** {@code tune chat}. */
@Command(
        name = "chat",
        mixinStandardHelpOptions = true,
        description = "A conversation with a model, or with an adapter over its base.",
        customSynopsis = "tune chat DIR [--base DIR] [--system TEXT] [--temperature T] [KEY=VALUE]...",
        footer = {
            "",
            ChatSession.HELP + ".",
            "",
            "Examples:",
            "  tune chat /tmp/SmolLM2-135M-Instruct",
            "  tune chat /tmp/my-run                  the output_dir of a run: its adapter over its base",
            "  tune chat my-adapter --base /tmp/SmolLM2-135M-Instruct --temperature 0.7 top_p=0.9",
            "Keys that can be set: those of tune cat generation."
        })
final class ChatCommand implements Callable<Integer> {
    private static final String RECIPE = "generate";
    private static final int INTERRUPTED = 130;

    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "A checkpoint, a GGUF file, an adapter, or the output_dir of a run.")
    private Path folder = Path.of("");

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "The base model's folder, if the adapter names another.")
    private @Nullable Path base;

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told first.")
    private @Nullable String system;

    @Option(names = "--temperature", paramLabel = "T", description = "0, the default, takes the likeliest token.")
    private double temperature;

    @Option(names = "--top-p", paramLabel = "P", description = "Only the likeliest tokens of this share; 1 for all.")
    private double topP = 1;

    @Option(names = "--seed", paramLabel = "N", description = "Repeats a conversation.")
    private @Nullable Long seed;

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "The most tokens of an answer; 512.")
    private int maxNewTokens = 512;

    @Unmatched
    private List<String> overrides = new ArrayList<>();

    private final PrintStream out = System.out;

    @Override
    public Integer call() {
        Sampling sampling = new Sampling(temperature, 0, topP, 0, 1, seed == null ? RandomKeys.newSeed() : seed);
        ServedFolder served = ServedFolder.of(folder, base);
        TerminalConsole console = TerminalConsole.standard();
        Style style = Style.output();
        ConfigSource source = new ConfigSource("the command line", "tune chat", null, served::generateYaml);
        return new RecipeRunner(root.host(console), console)
                .use(RECIPE, source, overrides, LoadedModel.Source.class, opener -> {
                    try (LoadedModel loaded = opener.open();
                            ChatSession session =
                                    new ChatSession(loaded, sampling, maxNewTokens, style.columns(), this::print)) {
                        converse(session, System.console() != null && style.terminal());
                    }
                    return 0;
                });
    }

    private void print(String text) {
        out.print(text);
        out.flush();
    }

    private void converse(ChatSession session, boolean isTerminal) {
        Signal.handle(new Signal("INT"), signal -> {
            if (!session.interrupt()) {
                // Between answers there is nothing to lose.
                Runtime.getRuntime().halt(INTERRUPTED);
            }
        });
        session.interrupt();
        if (isTerminal) {
            print(session.introduction() + "\n");
        }
        if (system != null) {
            session.take("/system " + system);
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        try {
            boolean goesOn = true;
            while (goesOn) {
                if (isTerminal) {
                    print("> ");
                }
                String line = in.readLine();
                goesOn = line != null && session.take(line);
            }
        } catch (IOException e) {
            throw new ResourceException("cannot read what you type: " + e.getMessage(), e);
        }
    }
}
