// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.UnusablePath;
import io.tune4j.app.console.Style;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;

/** Turns whatever a command throws into a message and an exit code, errors of the JVM included. */
final class Failures {
    private final PrintStream errors;

    Failures(PrintStream errors) {
        this.errors = errors;
    }

    /**
     * Says what happened.
     *
     * @param stackTrace whether to show one even where the failure explains itself
     * @return the exit code
     */
    int tell(Throwable failure, boolean stackTrace) {
        Throwable cause = explained(failure);
        if (cause instanceof TuneException known && !(cause instanceof InternalException)) {
            errors.println(Style.errors().error("error: ") + known.getMessage());
            if (stackTrace) {
                known.printStackTrace(errors);
            }
            return known.exitCode();
        }
        errors.println("This is a bug in tune4j or one of its plugins, not your fault. Please report it with the lines"
                + " below, the command and the config.");
        failure.printStackTrace(errors);
        return new InternalException("unexpected", failure).exitCode();
    }

    private static Throwable explained(Throwable failure) {
        if (failure instanceof TuneException && !(failure instanceof InternalException)) {
            return failure;
        }
        // Libraries wrap it, and so do those parts of ours that name what they were doing.
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof OutOfMemoryError memory) {
                return new ResourceException(outOfMemory(String.valueOf(memory.getMessage())), failure);
            }
        }
        InvalidPathException path = UnusablePath.in(failure);
        // Whatever path a plugin or a part of ours could not make, a user gave it.
        return path == null ? failure : new UserException(UnusablePath.describe(path), failure);
    }

    /** The JVM has one error for several kinds of memory. */
    private static String outOfMemory(String message) {
        if (message.contains("native thread")) {
            return "the system allows no more threads (" + message
                    + "). Raise the limit of processes (ulimit -u, or that of the container), or lower num_threads.";
        }
        if (message.contains("Map failed")) {
            return "a file cannot be mapped into memory (" + message
                    + "). Raise the limit of address space (ulimit -v unlimited).";
        }
        return "Java's heap is full (" + message
                + "). Models live outside of it, so a data set or a very large number in the config is the likeliest"
                + " cause: give the heap more room with TUNE4J_OPTS=-Xmx4g, or use fewer records.";
    }
}
