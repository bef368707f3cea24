// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import org.apiguardian.api.API;

/** The user's terminal, or a log where there is none. Several threads may say something at a time. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Console {
    /** A line that stays. */
    void line(String text);

    /** A warning line. */
    void warning(String text);

    /** A line only for {@code log_level: DEBUG}. */
    void detail(String text);

    /** Hides or shows {@link #detail} and {@link #line}: DEBUG, INFO, WARNING or ERROR. */
    void level(String name);

    /**
     * Shows the current activity: on a terminal a progress bar that the next call overwrites, otherwise a plain line.
     *
     * @param done steps done
     * @param total steps in all
     * @param text e.g. the loss
     */
    void progress(long done, long total, String text);

    /** Tells programs what happened. People see {@link #line} and {@link #progress} instead, so by itself this does nothing. */
    default void tell(RunEvent event) {
        // Only listeners that want events override this.
    }

    /**
     * A console for one of several runs that go on in this process at a time. Its lines begin with the run's name. Its events are that
     * run's alone, so that each leaves a report of its own.
     *
     * @param name of the run
     */
    default Console part(String name) {
        return new PartConsole(this, name);
    }
}
