// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RunEvent;
import io.tune4j.api.recipe.RunEvent.Answer;
import io.tune4j.api.recipe.RunEvent.Answered;
import io.tune4j.api.recipe.RunEvent.Begun;
import io.tune4j.api.recipe.RunEvent.Stepped;
import io.tune4j.api.recipe.RunEvent.Validated;
import io.tune4j.api.recipe.RunEvent.Written;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A console that passes lines and events to a program's listeners and collects losses. */
final class ProgramConsole implements Console {
    private final Consumer<String> lines;
    private final Consumer<String> warnings;
    private final List<Consumer<RunEvent>> listeners;
    private final SortedMap<Long, Double> losses = new TreeMap<>();
    private final SortedMap<Long, Double> validationLosses = new TreeMap<>();
    private final Map<String, Path> places = new LinkedHashMap<>();
    private List<Answer> answers = List.of();
    private @Nullable Path folder;

    ProgramConsole(Consumer<String> lines, Consumer<String> warnings, List<Consumer<RunEvent>> listeners) {
        this.lines = lines;
        this.warnings = warnings;
        this.listeners = new ArrayList<>(listeners);
    }

    @Override
    public synchronized void line(String text) {
        lines.accept(text);
    }

    @Override
    public synchronized void warning(String text) {
        warnings.accept(text);
    }

    @Override
    public void detail(String text) {
        // For log_level: DEBUG on the command line.
    }

    @Override
    public void level(String name) {
        // The program filters what it hears.
    }

    @Override
    public void progress(long done, long total, String text) {
        // Steps come as events.
    }

    @Override
    public synchronized void tell(RunEvent event) {
        if (event instanceof Begun begun) {
            folder = begun.outputDirectory();
        } else if (event instanceof Stepped stepped) {
            Double loss = stepped.metrics().get("loss");
            if (loss != null) {
                losses.put(stepped.step(), loss);
            }
        } else if (event instanceof Validated validated) {
            validationLosses.put(validated.step(), validated.loss());
        } else if (event instanceof Answered answered) {
            answers = answered.answers();
        } else if (event instanceof Written written) {
            places.putAll(written.places());
        }
        listeners.forEach(listener -> listener.accept(event));
    }

    /** The run's folder; null before the run began. */
    synchronized @Nullable Path folder() {
        return folder;
    }

    /** The results so far; the run's folder is known. */
    synchronized FineTuned result(Outcome outcome, Path known) {
        return new FineTuned(outcome, known, places, losses, validationLosses, answers);
    }
}
