// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * One program's runs of a row.
 *
 * @param program its name
 * @param seconds of a step or, for a mix, of all records; over the rounds
 * @param ratio its seconds over ours in the same round; over the rounds
 * @param tokensPerSecond in the median
 * @param ceilingShare executed floating-point operations in a second over the best rate of products that any program reached in
 *     these rounds; NaN where unknown
 * @param peakMebibytes resident memory at its peak while training, the largest
 * @param lastLoss of the last step of the last round
 * @param tokensComputed by a mix's program, 0 for others
 */
record Summary(
        String program,
        Spread seconds,
        Spread ratio,
        double tokensPerSecond,
        double ceilingShare,
        long peakMebibytes,
        double lastLoss,
        long tokensComputed) {

    /** Median, least and most. */
    record Spread(double median, double least, double most) {
        static Spread of(double... values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int half = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
            return new Spread(median, sorted[0], sorted[sorted.length - 1]);
        }
    }

    /** Summaries of a row's programs, ours first; only rounds that both ours and the program ran give a ratio. */
    static List<Summary> of(Work work, List<JsonNode> lines) {
        Map<Integer, JsonNode> ours = byRound(lines, Programs.OURS);
        return lines.stream()
                .map(line -> line.path("program").asText())
                .distinct()
                .filter(program -> !program.startsWith(Programs.CEILING))
                .filter(program -> byRound(lines, program).keySet().stream().anyMatch(ours::containsKey))
                .map(program -> summary(work, program, byRound(lines, program), ours, ceiling(lines)))
                .toList();
    }

    /** The best rate of products in GFLOP/s that any program reached in any round. */
    private static double ceiling(List<JsonNode> lines) {
        return lines.stream()
                .filter(line -> line.has("ceiling_gflops"))
                .mapToDouble(line -> line.path("ceiling_gflops").asDouble())
                .max()
                .orElse(Double.NaN);
    }

    private static Map<Integer, JsonNode> byRound(List<JsonNode> lines, String program) {
        Map<Integer, JsonNode> rounds = new LinkedHashMap<>();
        for (JsonNode line : lines) {
            if (line.path("program").asText().equals(program)) {
                rounds.put(line.path("round").asInt(), line);
            }
        }
        return rounds;
    }

    private static JsonNode line(Map<Integer, JsonNode> byRound, int round) {
        return Objects.requireNonNull(byRound.get(round));
    }

    private static Summary summary(
            Work work, String program, Map<Integer, JsonNode> runs, Map<Integer, JsonNode> ours, double ceiling) {
        String time = work.isInstruct() ? "total_s" : "step_med";
        List<Integer> rounds = runs.keySet().stream().filter(ours::containsKey).toList();
        ToDoubleFunction<Integer> ratio = round -> line(runs, round).path(time).asDouble()
                / line(ours, round).path(time).asDouble();
        Spread seconds = Spread.of(rounds.stream()
                .mapToDouble(round -> line(runs, round).path(time).asDouble())
                .toArray());
        JsonNode last = line(runs, rounds.get(rounds.size() - 1));
        JsonNode lastOfOurs = line(ours, rounds.get(rounds.size() - 1));
        double flops = lastOfOurs.path("gflop_exec").asDouble(Double.NaN);
        double work2 = work.isInstruct()
                ? last.path("tokens_trained").asDouble()
                : last.path("tok_s").asDouble() * last.path("step_med").asDouble();
        return new Summary(
                program,
                seconds,
                Spread.of(rounds.stream().mapToDouble(ratio).toArray()),
                work2 / seconds.median(),
                flops / seconds.median() / ceiling,
                runs.values().stream()
                        .mapToLong(line -> line.path("rss_train_peak_mb").asLong())
                        .max()
                        .orElse(-1),
                last.path("losses").path(last.path("losses").size() - 1).asDouble(),
                last.path("tokens_computed").asLong());
    }
}
