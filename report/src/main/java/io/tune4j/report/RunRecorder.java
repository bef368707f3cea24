// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.recipe.RunEvent;
import io.tune4j.api.recipe.RunEvent.Begun;
import io.tune4j.api.recipe.RunEvent.Saved;
import io.tune4j.report.flight.FlightEvents;
import io.tune4j.report.journal.Entries;
import io.tune4j.report.journal.Journal;
import io.tune4j.report.journal.Machine;
import io.tune4j.report.page.Page;
import io.tune4j.report.run.RunFiles;
import io.tune4j.report.run.RunState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Records a run: a console that forwards everything and writes what a report needs. The journal begins with the event {@link
 * Begun}; a run that ends before this event has no journal. If writing fails, the report is lost, but never the run.
 */
public final class RunRecorder implements Console {
    private static final long REWRITE_MILLIS = 60_000;

    private final Console console;
    private final Subject subject;
    private final List<String> warnings = new ArrayList<>();
    private final List<RunRecorder> parts = new ArrayList<>();
    private @Nullable Journal journal;
    private @Nullable RunFiles files;
    private long lastPage;

    /**
     * The run to record.
     *
     * @param version of Tune4J
     */
    public record Subject(String recipe, String version, RunConfig config) {}

    public RunRecorder(Console console, Subject subject) {
        this.console = console;
        this.subject = subject;
    }

    @Override
    public void line(String text) {
        console.line(text);
    }

    @Override
    public synchronized void warning(String text) {
        console.warning(text);
        if (journal == null) {
            warnings.add(text);
        } else {
            add(Entries.warning(text, System.currentTimeMillis()));
        }
    }

    @Override
    public void detail(String text) {
        console.detail(text);
    }

    @Override
    public void level(String name) {
        console.level(name);
    }

    @Override
    public void progress(long done, long total, String text) {
        console.progress(done, total, text);
    }

    @Override
    public synchronized void tell(RunEvent event) {
        console.tell(event);
        FlightEvents.tell(event);
        ObjectNode entry = Entries.of(event, System.currentTimeMillis());
        if (event instanceof Begun begun) {
            begin(begun.outputDirectory(), entry);
        } else {
            add(entry);
        }
        if (event instanceof Saved && System.currentTimeMillis() - lastPage > REWRITE_MILLIS) {
            writePage(RunState.RUNNING);
        }
    }

    /** Returns the recorder of one of several runs, with a journal and a report in its own folder. */
    @Override
    public synchronized Console part(String name) {
        RunRecorder part = new RunRecorder(console.part(name), subject);
        parts.add(part);
        return part;
    }

    private void begin(Path folder, ObjectNode entry) {
        try {
            journal = Journal.open(folder);
            files = new RunFiles(folder);
        } catch (IOException e) {
            lost("cannot be begun in " + folder, e);
            return;
        }
        Machine.addTo(entry.put("version", subject.version())
                .put("recipe", subject.recipe())
                .put("source", subject.config().source()));
        ObjectNode defaults = entry.putObject("defaults");
        subject.config().root().defaults().forEach(defaults::put);
        add(entry);
        warnings.forEach(text -> add(Entries.warning(text, System.currentTimeMillis())));
        warnings.clear();
        writePage(RunState.RUNNING);
    }

    private void add(ObjectNode entry) {
        if (journal == null) {
            return;
        }
        try {
            journal.add(entry);
        } catch (IOException e) {
            lost("cannot go on", e);
        }
    }

    private void lost(String what, IOException e) {
        journal = null;
        console.warning("the journal of the run " + what + " (" + e.getMessage()
                + "): the run goes on, but report.html and tune watch will not show the rest of it");
    }

    /** Records that the run ended normally. */
    public void ended(Outcome outcome) {
        end(
                outcome.name().toLowerCase(Locale.ROOT),
                "",
                outcome == Outcome.COMPLETED ? RunState.COMPLETED : RunState.STOPPED);
    }

    /** Records that the run failed. */
    public void failed(Throwable failure) {
        String message = failure instanceof TuneException ? String.valueOf(failure.getMessage()) : failure.toString();
        end("failed", message, RunState.FAILED);
    }

    private synchronized void end(String outcome, String message, RunState state) {
        parts.forEach(part -> part.end(outcome, message, state));
        add(Entries.ended(outcome, message, System.currentTimeMillis()));
        Path page = writePage(state);
        if (page != null) {
            console.line("report       " + page);
        }
        try {
            if (journal != null) {
                journal.close();
            }
        } catch (IOException e) {
            lost("cannot be closed", e);
        }
    }

    private @Nullable Path writePage(RunState state) {
        if (files == null) {
            return null;
        }
        lastPage = System.currentTimeMillis();
        try {
            files.update();
            return Page.write(files, state);
        } catch (RuntimeException e) {
            // A failed report must not end the run.
            console.warning("the report cannot be written: " + e.getMessage());
            return null;
        }
    }
}
