// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.compare;

import io.tune4j.benchmarks.compare.Summary.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The results as Markdown. */
final class Report {
    private Report() {}

    static String markdown(Map<Work, List<Summary>> rows) {
        StringBuilder text = new StringBuilder();
        text.append(
                "| work | program | s | ratio to Tune4J | tokens/s | share of the ceiling | peak RSS MB | last loss |\n");
        text.append("|---|---|---|---|---|---|---|---|\n");
        rows.forEach((work, summaries) -> {
            if (!work.isAblation()) {
                summaries.forEach(summary -> text.append(line(work, summary)));
            }
        });
        rows.forEach((work, summaries) -> {
            if (work.isAblation()) {
                text.append('\n').append(ablation(work, summaries));
            }
        });
        return text.toString();
    }

    private static String line(Work work, Summary summary) {
        boolean ours = summary.program().equals(Programs.OURS);
        String tokens = summary.tokensComputed() > 0 ? " (" + summary.tokensComputed() + " tokens computed)" : "";
        return String.format(
                Locale.ROOT,
                "| %s | %s%s | %s | %s | %.0f | %s | %d | %.4f |%n",
                work.title,
                summary.program(),
                tokens,
                spread(summary.seconds()),
                ours ? "1" : spread(summary.ratio()),
                summary.tokensPerSecond(),
                Double.isNaN(summary.ceilingShare())
                        ? ""
                        : String.format(Locale.ROOT, "%.0f %%", 100 * summary.ceilingShare()),
                summary.peakMebibytes(),
                summary.lastLoss());
    }

    private static String ablation(Work work, List<Summary> summaries) {
        StringBuilder text = new StringBuilder();
        text.append("| ")
                .append(work.title)
                .append(" | off, s | on, s | gain | peak RSS MB off, on |\n|---|---|---|---|---|\n");
        Summary on = summaries.get(0);
        for (Summary off : summaries.subList(1, summaries.size())) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %+.1f %% (%+.1f to %+.1f) | %d, %d |%n",
                    off.program().replace("without ", ""),
                    off.seconds().median(),
                    on.seconds().median(),
                    percent(off.ratio().median()),
                    percent(off.ratio().least()),
                    percent(off.ratio().most()),
                    off.peakMebibytes(),
                    on.peakMebibytes()));
        }
        return text.toString();
    }

    private static double percent(double ratio) {
        return 100 * (ratio - 1);
    }

    private static String spread(Spread spread) {
        return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", spread.median(), spread.least(), spread.most());
    }
}
