// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.UserException;
import io.tune4j.report.run.RunComparison;
import io.tune4j.report.run.RunFiles;
import io.tune4j.report.run.RunFinder;
import io.tune4j.report.run.RunSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tune runs}. */
@Command(
        name = "runs",
        mixinStandardHelpOptions = true,
        description =
                "Lists the runs at and below a folder, the best first: state, losses, and the settings in which they"
                        + " differ.")
final class RunsCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameters(arity = "0..1", paramLabel = "DIR", description = "The folder; this one if none is named.")
    private Path folder = Path.of("");

    @Option(names = "--json", description = "One JSON array instead of a table.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        if (!Files.isDirectory(folder.toAbsolutePath())) {
            throw new UserException("there is no folder " + folder);
        }
        List<RunSummary> runs = RunFinder.find(folder).stream()
                .map(run -> RunSummary.of(RunFiles.read(run)))
                .sorted(Comparator.comparingDouble(RunSummary::validation).thenComparingDouble(RunSummary::loss))
                .toList();
        if (json) {
            System.out.println(json(runs));
        } else if (runs.isEmpty()) {
            System.out.println("no run at or below " + folder.toAbsolutePath().normalize());
        } else {
            print(runs);
        }
        return 0;
    }

    private void print(List<RunSummary> runs) {
        Path root = folder.toAbsolutePath().normalize();
        int width =
                runs.stream().mapToInt(run -> name(root, run).length()).max().orElse(0);
        String format = "%-" + Math.max(3, width) + "s  %-15s  %13s  %8s  %15s  %s%n";
        System.out.printf(Locale.ROOT, format, "run", "state", "steps", "loss", "best validation", "settings");
        List<String> keys = RunComparison.differing(runs);
        for (RunSummary run : runs) {
            String settings = keys.stream()
                    .filter(run.config()::containsKey)
                    .map(key -> key + "=" + run.config().get(key))
                    .collect(Collectors.joining(" "));
            System.out.printf(
                    Locale.ROOT,
                    format,
                    name(root, run),
                    run.state().label(),
                    run.done() + (run.steps() == 0 ? "" : "/" + run.steps()),
                    number(run.loss()),
                    number(run.validation()),
                    settings);
        }
    }

    private static String name(Path root, RunSummary run) {
        String name = root.relativize(run.folder()).toString();
        return name.isEmpty() ? run.name() : name;
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }

    private static String json(List<RunSummary> runs) throws JsonProcessingException {
        ArrayNode all = JSON.createArrayNode();
        for (RunSummary run : runs) {
            ObjectNode each = all.addObject()
                    .put("folder", run.folder().toString())
                    .put("state", run.state().id())
                    .put("done", run.done())
                    .put("steps", run.steps())
                    .put("seconds", run.seconds());
            put(each, "loss", run.loss());
            put(each, "best_validation_loss", run.validation());
            put(each, "tokens_per_second", run.tokensPerSecond());
            ObjectNode config = each.putObject("config");
            run.config().forEach(config::put);
        }
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }

    private static void put(ObjectNode target, String name, double value) {
        if (Double.isFinite(value)) {
            target.put(name, value);
        }
    }
}
