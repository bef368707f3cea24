// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs that do the same work in turn, so many rounds, and reports each one's time as a ratio to ours in the same round. Each
 * run is added to the file of results at once; later calls add rounds, and the report is made of all of them.
 */
public final class Compare {
    private static final String USAGE =
            "usage: benchmarks/compare [--rows ROW,...] [--rounds 5] [--steps 5] [--warm 2] [--threads 2] [--records 256]"
                    + " [--only PROGRAM,...] [--python PYTHON] [--home DIR] [--results FILE] [--docs DIR] [--report]\nrows: "
                    + Work.keys();

    private final Path root;
    private List<Work> rows = List.of(Work.S_BF16, Work.S_FP32);
    private int rounds = 5;
    private int steps = 5;
    private int warm = 2;
    private int threads = 2;
    private int records = 256;
    private List<String> only = List.of();
    private @Nullable String python = System.getenv("TUNE4J_PEER_PYTHON");
    private Path home;
    private Path results;
    private @Nullable Path docs;
    private boolean reportOnly;

    private Compare(Path root) {
        this.root = root;
        String scratch = System.getenv("PEER_HOME");
        this.home =
                scratch != null ? Path.of(scratch) : Path.of(System.getProperty("user.home"), ".cache", "tune4j-peers");
        this.results = root.resolve("benchmarks/target/results.jsonl");
    }

    /** The first argument is the project's root. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Compare compare = new Compare(Path.of(arguments[0]));
        compare.read(Arrays.copyOfRange(arguments, 1, arguments.length));
        compare.run();
    }

    private void read(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--rows" ->
                    rows = Arrays.stream(arguments[++i].split(",", -1))
                            .map(Work::parse)
                            .toList();
                case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
                case "--steps" -> steps = Integer.parseInt(arguments[++i]);
                case "--warm" -> warm = Integer.parseInt(arguments[++i]);
                case "--threads" -> threads = Integer.parseInt(arguments[++i]);
                case "--records" -> records = Integer.parseInt(arguments[++i]);
                case "--only" -> only = List.of(arguments[++i].split(",", -1));
                case "--python" -> python = arguments[++i];
                case "--home" -> home = Path.of(arguments[++i]);
                case "--results" -> results = Path.of(arguments[++i]);
                case "--docs" -> docs = Path.of(arguments[++i]);
                case "--report" -> reportOnly = true;
                default -> throw new IllegalArgumentException("unknown option " + arguments[i] + "\n" + USAGE);
            }
        }
    }

    private void run() throws IOException, InterruptedException {
        Results kept = new Results(results);
        if (!reportOnly) {
            Programs programs = new Programs(root, home, python, threads, steps, warm, records);
            Map<Work, Integer> next = new LinkedHashMap<>();
            rows.forEach(work -> next.put(work, kept.nextRound(work)));
            for (int round = 0; round < rounds; round++) {
                for (Work work : rows) {
                    runRound(kept, programs, work, next.getOrDefault(work, 0) + round);
                }
            }
        }
        Map<Work, List<Summary>> summaries = new LinkedHashMap<>();
        for (Work work : Work.values()) {
            List<Summary> found = Summary.of(work, kept.of(work));
            if (!found.isEmpty()) {
                summaries.put(work, found);
            }
        }
        String table = Report.markdown(summaries);
        System.out.print(table);
        if (docs != null) {
            Files.createDirectories(docs);
            Files.writeString(docs.resolve("comparison.md"), table);
            Files.writeString(docs.resolve("comparison.svg"), Plot.svg(summaries));
        }
    }

    private void runRound(Results kept, Programs programs, Work work, int round)
            throws IOException, InterruptedException {
        List<Program> turn = new ArrayList<>(programs.of(work));
        if (!only.isEmpty()) {
            turn.removeIf(program -> !only.contains(program.name()));
        }
        if (round % 2 == 0) {
            // The after-effects of a program, a warm file cache or a hot processor, affect each of the others in turn.
            java.util.Collections.reverse(turn);
        }
        for (Program program : turn) {
            String printed = run(program);
            if (printed == null) {
                System.err.println(work.key() + ", round " + round + ": " + program.name() + " failed and is left out");
            } else {
                kept.add(work, round, program.name(), printed);
                System.err.println(work.key() + ", round " + round + ": " + program.name() + " " + printed);
            }
        }
    }

    /** The last line that a program prints, or null if it fails. */
    private static @Nullable String run(Program program) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("tune4j-compare", ".log");
        ProcessBuilder builder = new ProcessBuilder(program.command()).redirectError(errors.toFile());
        builder.environment().putAll(program.environment());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            List<String> said = Files.readAllLines(errors);
            said.subList(Math.max(0, said.size() - 5), said.size()).forEach(System.err::println);
            return null;
        }
        Files.delete(errors);
        return output.lines().reduce((first, last) -> last).orElse(null);
    }
}
