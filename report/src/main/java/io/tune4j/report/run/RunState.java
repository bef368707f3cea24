// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import java.util.Locale;

/** The state of a run, as far as its files show it. */
public enum RunState {
    RUNNING("running"),
    /** The process exists, or may exist on another machine, but has not written for long. */
    STUCK("no sign of life"),
    COMPLETED("completed"),
    /** Stopped on request, with its state saved. */
    STOPPED("stopped"),
    FAILED("failed"),
    /** The process no longer exists, and wrote no last entry. */
    KILLED("killed"),
    /** The files are of an older version, which did not record the state. */
    UNKNOWN("unknown");

    private final String label;

    RunState(String label) {
        this.label = label;
    }

    /** The name for people. */
    public String label() {
        return label;
    }

    /** The name for programs. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the run may write more. */
    public boolean isOpen() {
        return this == RUNNING || this == STUCK;
    }
}
