// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.Recipe.DataReport;
import io.tune4j.api.recipe.Recipe.DataReport.Lengths;
import io.tune4j.api.recipe.Recipe.DataReport.Sample;
import io.tune4j.api.recipe.Recipe.DataReport.Token;
import io.tune4j.app.console.Style;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.RecipeRunner;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Unmatched;

/** {@code tune data}. */
@Command(
        name = "data",
        mixinStandardHelpOptions = true,
        description =
                "Shows what a run's model will see of its data: how many records and tokens, which of them are trained,"
                        + " the first samples, and a warning for what breaks runs though it looks right.",
        customSynopsis = "tune data --config CONFIG [--samples N] [--strict] [KEY=VALUE | ~KEY]...",
        footer = {
            "",
            "Examples:",
            "  tune data --config my.yaml",
            "  tune data --config quickstart --samples 1 dataset.train_on_input=True",
            "Exit codes: 0 every record can be used, 3 some cannot; with --strict 2 if anything was dropped or changed."
        })
final class DataCommand implements Callable<Integer> {
    private static final int BAD_RECORDS = 3;
    private static final int CHANGED = 2;
    private static final int LISTED = 5;

    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Mixin
    private ConfigArguments arguments = new ConfigArguments();

    @Unmatched
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--samples", paramLabel = "N", description = "How many samples to show (default: 3).")
    private int samples = 3;

    @Option(
            names = "--strict",
            description = "Ends with 2 if a record was left out, cut off, changed, or has nothing to learn.")
    private boolean strict;

    private final PrintStream out = System.out;
    private final Style style = Style.output();

    @Override
    public Integer call() {
        if (samples < 0) {
            throw new UserException("--samples: expected at least 0, found " + samples);
        }
        ConfigArguments.Named run = arguments.named("tune data --config CONFIG", overrides);
        TerminalConsole console = TerminalConsole.standard();
        DataReport report = new RecipeRunner(root.host(console), console)
                .data(run.recipe(), run.config(), run.overrides(), samples);
        boolean good = true;
        boolean whole = true;
        for (DataReport.Set set : report.sets()) {
            print(set);
            good &= set.unusable().isEmpty();
            whole &= set.unusable().isEmpty()
                    && set.cut() == 0
                    && set.untrained() == 0
                    && set.changes().isEmpty();
        }
        if (strict && !whole) {
            return CHANGED;
        }
        return good ? 0 : BAD_RECORDS;
    }

    private void print(DataReport.Set set) {
        Lengths lengths = set.lengths();
        out.println(set.key() + ": " + set.description());
        out.printf(Locale.ROOT, "  %-16s %,d, with %,d tokens%n", "samples", lengths.count(), set.tokens());
        out.printf(
                Locale.ROOT,
                "  %-16s %,d (%.1f %%)%n",
                "trained tokens",
                set.trainedTokens(),
                set.tokens() == 0 ? 0 : 100.0 * set.trainedTokens() / set.tokens());
        out.printf(
                Locale.ROOT,
                "  %-16s shortest %d, half %d, 90 %% %d, 99 %% %d, longest %d%n",
                "tokens a sample",
                lengths.shortest(),
                lengths.half(),
                lengths.ninety(),
                lengths.ninetyNine(),
                lengths.longest());
        out.printf(Locale.ROOT, "  %-16s %d%n", "cut off", set.cut());
        out.printf(Locale.ROOT, "  %-16s %d%n", "not usable", set.unusable().size());
        set.unusable().stream().limit(LISTED).forEach(reason -> out.println("    " + reason));
        if (set.unusable().size() > LISTED) {
            out.println("    and " + (set.unusable().size() - LISTED) + " more");
        }
        out.printf(Locale.ROOT, "  %-16s %d%n", "nothing to learn", set.untrained());
        out.printf(
                Locale.ROOT,
                "  %-16s %d%n",
                "changed",
                set.changes().values().stream().mapToLong(Long::longValue).sum());
        set.changes().forEach((change, count) -> out.println("    " + count + " x " + change));
        set.warnings().forEach(warning -> out.println(style.warning("warning: ") + warning));
        if (!set.samples().isEmpty()) {
            out.println(
                    style.colours()
                            ? "samples (what is trained is green)"
                            : "samples (what is trained stands between \u27E6 and \u27E7)");
        }
        set.samples().forEach(this::print);
    }

    private void print(Sample sample) {
        out.println("--- " + sample.id() + ", " + sample.tokens().size() + " tokens");
        out.println(marked(sample, style.colours()));
    }

    /** A sample's text with what is trained in green, or in brackets where there are no colours; weights other than 1 before it. */
    static String marked(Sample sample, boolean colours) {
        String begins = colours ? "\u001b[32m" : "\u27E6";
        String ends = colours ? "\u001b[0m" : "\u27E7";
        StringBuilder text = new StringBuilder();
        float weight = 0;
        for (Token token : sample.tokens()) {
            if (token.weight() != weight) {
                text.append(weight > 0 ? ends : "");
                text.append(token.weight() > 0 ? begins : "");
                text.append(token.weight() > 0 && token.weight() != 1 ? "(" + token.weight() + " x) " : "");
                weight = token.weight();
            }
            text.append(token.text());
        }
        return text.append(weight > 0 ? ends : "").toString();
    }
}
