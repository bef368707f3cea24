// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import java.util.Locale;

/** How a run stands, as far as its files tell. */
public enum RunState {
    RUNNING("running"),
    /** The process is there, but has written nothing for long. */
    STUCK("no sign of life"),
    COMPLETED("completed"),
    /** On request, with everything saved. */
    STOPPED("stopped"),
    FAILED("failed"),
    /** The process is gone and has said nothing. */
    KILLED("killed"),
    /** Files of an older version do not say. */
    UNKNOWN("unknown");

    private final String label;

    RunState(String label) {
        this.label = label;
    }

    /** For people. */
    public String label() {
        return label;
    }

    /** For programs. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether more may come. */
    public boolean isOpen() {
        return this == RUNNING || this == STUCK;
    }
}
