// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.app.configs.ConfigSource;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.RecipeRunner;
import io.tune4j.app.run.ServedFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Unmatched;

/** {@code tune serve}. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description =
                "Serves a model and its adapters by OpenAI's protocol, on this machine alone unless --host says else.",
        customSynopsis =
                "tune serve DIR [--adapter NAME=DIR]... [--base DIR] [--host HOST] [--port PORT] [KEY=VALUE]...",
        footer = {
            "",
            "DIR is a run's output_dir, a model's folder, or an adapter's folder. Clients choose base or adapter by the model's",
            "name; GET /v1/models lists the names. Everything else on the line changes the recipe's keys:",
            "  max_parallel=32 max_queue=100 max_tokens_limit=512 max_seq_length=2048 dtype=bf16 model.quantize_base=True",
            "",
            "Examples:",
            "  tune serve tune4j-output/quickstart",
            "  tune serve /path/to/model --adapter polite=run1/adapter --adapter short=run2/adapter --port 9000",
            "",
            "A key for clients: TUNE4J_API_KEY=... tune serve DIR, or --api-key, which other users of this machine can see."
        })
final class ServeCommand implements Callable<Integer> {
    private static final String RECIPE = "serve";

    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "A run's output_dir, or the folder of a model or an adapter.")
    private Path folder = Path.of("");

    @Option(names = "--adapter", paramLabel = "NAME=DIR", description = "A further adapter; repeatable.")
    private Map<String, Path> adapters = new LinkedHashMap<>();

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "The base model's folder, if it is not where the run had it.")
    private @Nullable Path base;

    @Option(names = "--host", paramLabel = "HOST", description = "The address to listen at. Default: 127.0.0.1")
    private @Nullable String host;

    @Option(names = "--port", paramLabel = "PORT", description = "The port to listen at. Default: 8000")
    private @Nullable Integer port;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            description = "What clients must send as Authorization: Bearer KEY.")
    private @Nullable String apiKey;

    @Unmatched
    private List<String> overrides = new ArrayList<>();

    @Override
    public Integer call() {
        ServedFolder served = ServedFolder.of(folder, base).with(adapters);
        String yaml = served.serveYaml();
        List<String> all = new ArrayList<>();
        if (host != null) {
            all.add("host=" + host);
        }
        if (port != null) {
            all.add("port=" + port);
        }
        if (apiKey != null) {
            all.add("api_key='" + apiKey.replace("'", "''") + "'");
        }
        all.addAll(overrides);
        TerminalConsole console = TerminalConsole.standard();
        ConfigSource source = new ConfigSource(RECIPE, "tune serve " + folder, null, () -> yaml);
        return new RecipeRunner(root.host(console), console).run(RECIPE, source, all);
    }
}
