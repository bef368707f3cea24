// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.backend.host.ProcessMemory;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.DiskSpace;
import io.tune4j.api.io.Sizes;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.Recipe.RunEstimate.Lever;
import io.tune4j.api.recipe.Recipe.RunEstimate.Part;
import io.tune4j.app.console.TerminalConsole;
import io.tune4j.app.run.RecipeRunner;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Unmatched;

/** {@code tune estimate}. */
@Command(
        name = "estimate",
        mixinStandardHelpOptions = true,
        description = "Foresees the memory, disk and operations of a run, whether it fits, and what would make it fit.",
        customSynopsis = "tune estimate --config CONFIG [--tokens N] [--memory SIZE] [--fit] [KEY=VALUE | ~KEY]...",
        footer = {
            "",
            "Examples:",
            "  tune estimate --config llama3_2/1B_lora_single_device device=cpu --tokens 512",
            "  tune estimate --config llama3_1/8B_lora_single_device --memory 24GB",
            "  tune run lora_finetune_single_device --config my.yaml $(tune estimate --config my.yaml --fit)",
            "Exit codes: 0 it fits (or nobody knows), 4 it does not."
        })
final class EstimateCommand implements Callable<Integer> {
    private static final int DOES_NOT_FIT = 4;

    @ParentCommand
    private TuneCommand root = new TuneCommand();

    @Mixin
    private ConfigArguments arguments = new ConfigArguments();

    @Unmatched
    private List<String> overrides = new ArrayList<>();

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "Tokens of each sample; by default tokenizer.max_seq_len, or 512.")
    private int tokens;

    @Option(names = "--memory", paramLabel = "SIZE", description = "Of the device, e.g. 24GB; found out for the CPU.")
    private @Nullable String memory;

    @Option(names = "--fit", description = "Print only the overrides that make it fit, for the command line.")
    private boolean fit;

    private final PrintStream out = System.out;

    @Override
    public Integer call() {
        ConfigArguments.Named run = arguments.named("tune estimate --config CONFIG", overrides);
        TerminalConsole console = TerminalConsole.standard();
        RecipeRunner each = new RecipeRunner(root.host(console), console);
        RunEstimate estimate = estimate(each, run, List.of());
        long available = memory == null ? available(estimate) : bytes(memory);
        return fit ? printFit(each, run, estimate, available) : print(each, run, estimate, available);
    }

    /** The host's memory for a run on the CPU; 0 if not known. */
    private static long available(RunEstimate estimate) {
        return estimate.basis().endsWith("on cpu") ? ProcessMemory.hostBytes() : 0;
    }

    private static long bytes(String text) {
        return Sizes.parse(text)
                .orElseThrow(() -> new UserException("--memory " + text + ": expected a size such as 24GB or 7.5GiB"));
    }

    private int print(RecipeRunner each, ConfigArguments.Named run, RunEstimate estimate, long available) {
        out.println("memory for " + estimate.basis());
        for (Part part : estimate.memory()) {
            out.printf("  %-18s %10s  %s%n", part.name(), Sizes.format(part.bytes()), part.note());
        }
        boolean fits = available == 0 || estimate.peakBytes() <= available;
        out.printf(
                "  %-18s %10s  %s%n",
                "peak",
                Sizes.format(estimate.peakBytes()),
                available == 0
                        ? "(say what the device has with --memory SIZE)"
                        : (fits ? "fits into " : "does not fit into ") + Sizes.format(available));
        RunEstimate.Activations activations = estimate.activations();
        if (activations != null) {
            print(activations);
        }
        out.println("disk");
        out.printf("  %-18s %10s  %s%n", "base model", Sizes.format(estimate.checkpointBytes()), "in bf16");
        out.printf(
                "  %-18s %10s  of %s free here%n",
                "results",
                Sizes.format(estimate.outputBytes()),
                Sizes.format(DiskSpace.free(Path.of("").toAbsolutePath())));
        out.println("compute");
        out.printf(Locale.ROOT, "  %-18s %10s%n", "an optimizer step", teraflops(estimate.operationsPerStep()));
        boolean introduced = false;
        for (Lever lever : estimate.levers()) {
            long peak = estimate(each, run, lever.overrides()).peakBytes();
            if (peak < estimate.peakBytes()) {
                if (!introduced) {
                    out.println("what would lower the peak");
                    introduced = true;
                }
                out.printf(
                        "  %-52s to %10s  %s%n", String.join(" ", lever.overrides()), Sizes.format(peak), lever.cost());
            }
        }
        return fits ? 0 : DOES_NOT_FIT;
    }

    private void print(RunEstimate.Activations activations) {
        out.println("activations: " + activations.choice());
        String eager = activations.eagerPerToken().isPresent()
                ? String.format(
                        Locale.ROOT,
                        "; eager PyTorch keeps %,d",
                        activations.eagerPerToken().getAsLong())
                : "";
        out.printf(
                Locale.ROOT, "  %-18s %,10.0f  bytes per token%s%n", "a layer kept", activations.keptPerToken(), eager);
        out.printf(
                Locale.ROOT,
                "  %-18s %,10.0f  bytes per token%s%n",
                "a layer recomputed",
                activations.recomputedPerToken(),
                activations.offloaded() ? ", its input, which is offloaded" : "");
    }

    private static String teraflops(double operations) {
        return operations < 1e12
                ? String.format(Locale.ROOT, "%.1f GFLOP", operations / 1e9)
                : String.format(Locale.ROOT, "%.1f TFLOP", operations / 1e12);
    }

    private RunEstimate estimate(RecipeRunner each, ConfigArguments.Named run, List<String> more) {
        List<String> all = new ArrayList<>(run.overrides());
        all.addAll(more);
        return each.estimate(run.recipe(), run.config(), all, tokens);
    }

    /** Takes one lever after the other until it fits. */
    private int printFit(RecipeRunner each, ConfigArguments.Named run, RunEstimate first, long available) {
        List<List<String>> taken = new ArrayList<>();
        RunEstimate estimate = first;
        while (available > 0 && estimate.peakBytes() > available) {
            RunEstimate better = null;
            for (Lever lever : estimate.levers()) {
                List<List<String>> tried = new ArrayList<>(taken);
                tried.add(lever.overrides());
                RunEstimate other = estimate(each, run, flat(tried));
                if (other.peakBytes() < estimate.peakBytes()) {
                    taken = tried;
                    better = other;
                    break;
                }
            }
            if (better == null) {
                throw new ResourceException("nothing that is known makes it fit: with "
                        + String.join(" ", flat(taken)) + " it takes " + Sizes.format(estimate.peakBytes())
                        + ", and there are "
                        + Sizes.format(available) + "; " + estimate.lastResort());
            }
            estimate = better;
        }
        if (available == 0) {
            throw new UserException("--fit needs to know the device's memory: add --memory SIZE, e.g. --memory 24GB");
        }
        // Some may have become needless by those that came later; of two that can stand in for each other the cheaper
        // one stays.
        List<List<String>> dearestFirst = new ArrayList<>(taken);
        Collections.reverse(dearestFirst);
        for (List<String> lever : dearestFirst) {
            List<List<String>> without = new ArrayList<>(taken);
            without.remove(lever);
            if (peakWith(each, run, flat(without)) <= available) {
                taken = without;
            }
        }
        out.println(String.join(" ", flat(taken)));
        return 0;
    }

    /** The largest possible number where the overrides do not go together. */
    private long peakWith(RecipeRunner each, ConfigArguments.Named run, List<String> more) {
        try {
            return estimate(each, run, more).peakBytes();
        } catch (UserException e) {
            return Long.MAX_VALUE;
        }
    }

    private static List<String> flat(List<List<String>> levers) {
        return levers.stream().flatMap(List::stream).toList();
    }
}
