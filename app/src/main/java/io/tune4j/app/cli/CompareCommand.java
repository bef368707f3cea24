// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.report.run.RunComparison;
import io.tune4j.report.run.RunComparison.Line;
import io.tune4j.report.run.RunFiles;
import io.tune4j.report.run.RunSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tune compare}. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = "Shows the settings in which two runs differ, and the results of both.")
final class CompareCommand implements Callable<Integer> {
    private static final int WIDEST = 48;

    @Parameters(index = "0", paramLabel = "A", description = "A run's output_dir.")
    private Path first = Path.of("");

    @Parameters(index = "1", paramLabel = "B", description = "Another's.")
    private Path second = Path.of("");

    @Override
    public Integer call() {
        RunSummary a = RunSummary.of(RunFiles.read(first));
        RunSummary b = RunSummary.of(RunFiles.read(second));
        List<Line> settings = RunComparison.settings(a, b);
        List<Line> results = RunComparison.results(a, b);
        Line names = new Line("", a.name(), b.name());
        List<Line> all = Stream.of(List.of(names), settings, results)
                .flatMap(List::stream)
                .toList();
        String format = "%-" + width(all, 0) + "s  %-" + width(all, 1) + "s  %s%n";
        print(format, names);
        settings.forEach(line -> print(format, line));
        System.out.println(settings.isEmpty() ? "(no setting differs)" : "");
        results.forEach(line -> print(format, line));
        return 0;
    }

    private static int width(List<Line> lines, int column) {
        return Math.min(
                WIDEST,
                lines.stream()
                        .mapToInt(line -> (column == 0 ? line.name() : line.first()).length())
                        .max()
                        .orElse(1));
    }

    private static void print(String format, Line line) {
        System.out.printf(Locale.ROOT, format, line.name(), line.first(), line.second());
    }
}
