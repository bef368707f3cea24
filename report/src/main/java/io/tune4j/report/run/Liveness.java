// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.report.journal.Machine;
import java.time.Clock;

/**
 * Determines whether a run is still alive. On its own machine its process is checked; on another, only the age of the newest
 * entry is known.
 *
 * @param host the name of this machine
 */
record Liveness(Clock clock, String host) {
    private static final long LEAST_SILENCE = 120_000;

    /** A run counts as stuck after the time of so many steps without an entry. */
    private static final int ODD_STEPS = 30;

    static Liveness here() {
        return new Liveness(Clock.systemUTC(), Machine.host());
    }

    RunState of(RunLog log) {
        JsonNode begun = log.begun();
        if (begun.isMissingNode()) {
            return RunState.UNKNOWN;
        }
        if (log.ended().isObject()) {
            return switch (log.ended().path("outcome").asText()) {
                case "completed" -> RunState.COMPLETED;
                case "cancelled" -> RunState.STOPPED;
                default -> RunState.FAILED;
            };
        }
        if (begun.path("host").asText().equals(host) && !isAlive(begun)) {
            return RunState.KILLED;
        }
        return clock.millis() - log.lastTime() > oddSilence(log) ? RunState.STUCK : RunState.RUNNING;
    }

    private static long oddSilence(RunLog log) {
        long steps = Math.max(1, log.done() - log.begun().path("first_step").asLong());
        return Math.max(LEAST_SILENCE, ODD_STEPS * (log.lastTime() - log.sessionTime()) / steps);
    }

    private static boolean isAlive(JsonNode begun) {
        long started = begun.path("pid_started").asLong();
        return ProcessHandle.of(begun.path("pid").asLong())
                .filter(ProcessHandle::isAlive)
                // Another process may have got the same process id.
                .filter(process -> started == 0 || Math.abs(Machine.started(process) - started) < 2000)
                .isPresent();
    }
}
