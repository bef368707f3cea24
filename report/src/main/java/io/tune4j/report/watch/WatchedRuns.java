// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.watch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.report.page.RunJson;
import io.tune4j.report.run.RunFiles;
import io.tune4j.report.run.RunFinder;
import io.tune4j.report.run.RunState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The runs below some folders, each with its newest data. Changes are numbered, so a client can request the changes that it has
 * missed.
 */
final class WatchedRuns {
    /** The most curves that are legible in one plot. */
    private static final int MOST = 40;

    private static final long SEARCH_MILLIS = 3000;

    private final List<Path> roots;
    private final Map<Path, Watched> runs = new LinkedHashMap<>();
    private long version;
    private long searched;

    private static final class Watched {
        private final RunFiles files;
        private ObjectNode json = JsonNodeFactory.instance.objectNode();
        private RunState state = RunState.UNKNOWN;
        private long version;

        Watched(RunFiles files) {
            this.files = files;
        }
    }

    WatchedRuns(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    /** Reads what is new, and wakes waiting clients. */
    synchronized void look() {
        long now = System.currentTimeMillis();
        boolean changed = false;
        if (now - searched > SEARCH_MILLIS) {
            searched = now;
            changed = search();
        }
        for (Watched run : runs.values()) {
            changed |= look(run);
        }
        if (changed) {
            version++;
            notifyAll();
        }
    }

    private boolean look(Watched run) {
        try {
            boolean isNew = run.files.update();
            RunState state = run.files.state();
            if (isNew || state != run.state || run.version == 0) {
                run.state = state;
                run.json = RunJson.of(run.files, state);
                run.version = version + 1;
                return true;
            }
        } catch (RuntimeException e) {
            // Whatever one run's files do, the page goes on with the others. A folder that was deleted goes with the
            // next
            // search; a shared disk may be back at the next look.
            System.getLogger(WatchedRuns.class.getName()).log(System.Logger.Level.DEBUG, "a run is not read", e);
        }
        return false;
    }

    private boolean search() {
        List<Path> found = new ArrayList<>();
        roots.forEach(root -> found.addAll(RunFinder.find(root)));
        boolean changed = runs.keySet().retainAll(found);
        for (Path folder : found) {
            if (!runs.containsKey(folder)) {
                runs.put(folder, new Watched(new RunFiles(folder)));
                changed = true;
            }
        }
        return changed;
    }

    /** The number of the newest change. */
    synchronized long version() {
        return version;
    }

    /** Waits until there is a newer change than the client's, or the time is over. */
    synchronized boolean await(long known, long millis) throws InterruptedException {
        long end = System.currentTimeMillis() + millis;
        for (long left = millis; version == known && left > 0; left = end - System.currentTimeMillis()) {
            wait(left);
        }
        return version != known;
    }

    /**
     * The runs that changed since the client's newest change, and the order of all runs, newest first.
     *
     * @param known the number of the client's newest change; 0 for none
     */
    synchronized ObjectNode changes(long known) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode order = answer.putArray("order");
        ObjectNode changed = answer.putObject("runs");
        runs.values().stream()
                .sorted(Comparator.comparing((Watched run) -> !run.state.isOpen())
                        .thenComparing(run -> -run.files.log().lastTime()))
                .limit(MOST)
                .forEach(run -> {
                    String folder = run.files.folder().toString();
                    order.add(folder);
                    if (run.version > known) {
                        changed.set(folder, run.json);
                    }
                });
        return answer;
    }
}
