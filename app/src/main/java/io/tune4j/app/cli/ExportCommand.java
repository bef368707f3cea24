// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.app.configs.ConfigSource;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.RecipeRunner;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code tune export}: the recipe {@code quantize} with a config made of the options. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Writes a trained model, or its adapter, in the form that another program reads.",
        footer = {
            "",
            "Examples:",
            "  tune export tune4j-output/quickstart --type q8_0",
            "  tune export tune4j-output/quickstart --for llama.cpp",
            "  tune export tune4j-output/quickstart --format hf --merged-dtype fp32",
            "  tune export model.gguf --format hf --output model",
            "The recipe: tune run quantize --config FILE, with the keys source, format, type, for, ..."
        })
final class ExportCommand implements Callable<Integer> {
    private static final String RECIPE = "quantize";

    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "The folder of a run, an adapter or a model; or a GGUF file, to make a folder of it.")
    private Path source = Path.of("");

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "gguf (the default), hf: a folder with the merged model, or peft: an adapter without patterns.")
    private @Nullable String format;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Of a GGUF file: f32, f16 (the default), bf16, q8_0, q6_k, q5_0, q4_k, q4_1 or q4_0.")
    private @Nullable String type;

    @Option(names = "--adapter", description = "The adapter alone, not merged into its base.")
    private boolean adapter;

    @Option(
            names = "--for",
            paramLabel = "PROGRAM",
            description = "The adapter alone, so that llama.cpp, ollama or vllm computes what was trained.")
    private @Nullable String program;

    @Option(names = "--base", paramLabel = "DIR", description = "The base model, where it is not where it was.")
    private @Nullable Path base;

    @Option(
            names = "--output",
            paramLabel = "PATH",
            description = "The file or folder; DIR/export/ and a name of its own by default.")
    private @Nullable Path output;

    @Option(names = "--overwrite", description = "Replace what is there.")
    private boolean overwrite;

    @Option(
            names = "--merged-dtype",
            paramLabel = "DTYPE",
            description = "Of the weights with --format hf: bf16, fp16 or fp32; the base's by default.")
    private @Nullable String mergedDtype;

    @Option(
            names = "--prove",
            paramLabel = "FILE",
            description =
                    "Compares the exported model's answers with the trained one's: a file with a prompt in each line.")
    private @Nullable Path prompts;

    @Option(names = "--prove-tokens", paramLabel = "N", description = "The longest answer of the proof (default: 32).")
    private int proofTokens = 32;

    @Option(
            names = "--llama-server",
            paramLabel = "URL",
            description = "With --prove: a llama-server that has loaded the exported file, to be asked too.")
    private @Nullable String server;

    @Override
    public Integer call() {
        TerminalConsole console = TerminalConsole.standard();
        String config = config().toPrettyString();
        return new RecipeRunner(root.host(console), console)
                .run(RECIPE, new ConfigSource("the command line", "tune export", null, () -> config), List.of());
    }

    /** JSON is YAML, and quotes whatever a path has in it. */
    private ObjectNode config() {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("source", source.toString());
        put(config, "format", format);
        put(config, "type", type);
        put(config, "for", program);
        put(config, "base", base);
        put(config, "output", output);
        put(config, "merged_dtype", mergedDtype);
        if (prompts != null) {
            config.put("dtype", "fp32");
            ObjectNode prove = config.putObject("prove");
            prove.put("prompts_file", prompts.toString()).put("max_new_tokens", proofTokens);
            put(prove, "server", server);
        }
        if (adapter) {
            config.put("adapter_only", true);
        }
        if (overwrite) {
            config.put("overwrite", true);
        }
        return config;
    }

    private static void put(ObjectNode config, String key, @Nullable Object value) {
        if (value != null) {
            config.put(key, value.toString());
        }
    }
}
