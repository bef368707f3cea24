// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.forecast;

import io.tune4j.api.error.TuneException;
import io.tune4j.api.io.Sizes;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.Recipe.RunEstimate.Lever;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The message of a run without enough memory: what holds the memory, and which changes to the config would save most. */
public final class MemoryShortage {
    private static final int SHOWN_LEVERS = 3;

    private final Forecast forecast;
    private final LargestBatch largest;
    private final RunEstimate estimate;

    MemoryShortage(Forecast forecast, LargestBatch largest, RunEstimate estimate) {
        this.forecast = forecast;
        this.largest = largest;
        this.estimate = estimate;
    }

    /** A lever with what it saves. */
    private record Saving(Lever lever, long bytes) {
        String describe() {
            return String.join(" ", lever.overrides()) + " (saves " + Sizes.format(bytes) + ")";
        }
    }

    /** Two lines: what holds how much at the peak, and what would help. */
    public String explain() {
        String held = estimate.memory().stream()
                .filter(part -> part.bytes() > 0)
                .map(part -> part.name() + " " + Sizes.format(part.bytes()))
                .collect(Collectors.joining(", "));
        List<Saving> savings = savings();
        String help = savings.isEmpty()
                ? "Nothing that is known saves more; " + estimate.lastResort() + "."
                : "What would help most: "
                        + savings.stream().map(Saving::describe).collect(Collectors.joining("; ")) + ".";
        return "Held at the peak of a micro-batch of " + largest.describe() + " tokens, as foreseen: " + held + ", "
                + Sizes.format(estimate.peakBytes()) + " in all.\n" + help;
    }

    private List<Saving> savings() {
        List<Saving> savings = new ArrayList<>();
        for (Lever lever : estimate.levers()) {
            long saved = estimate.peakBytes() - peakWith(lever.overrides());
            if (saved > 0) {
                savings.add(new Saving(lever, saved));
            }
        }
        savings.sort(Comparator.comparingLong(Saving::bytes).reversed());
        return savings.subList(0, Math.min(SHOWN_LEVERS, savings.size()));
    }

    /** The peak of the same run with other options; the largest possible number where they do not go together. */
    private long peakWith(List<String> overrides) {
        try {
            RunParts changed = forecast.with().apply(overrides);
            return MemoryForecast.of(changed, largest.in(forecast.parts(), changed))
                    .peakBytes();
        } catch (TuneException e) {
            // The two do not go together, or a budget is then too small.
            return Long.MAX_VALUE;
        }
    }
}
