// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.app.console.LastLine;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs code of a plugin while the plugin is loaded: on a thread of its own, which has the plugin's class loader as its context, and for a
 * limited time. If the code ends the process, a line names the plugin.
 */
final class PluginCall {
    /** A plugin only makes a few objects when it is asked for its contents. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    /** The exit code of a {@code PluginException}; the plugin may have asked for the code of success. */
    private static final int EXIT_CODE = 5;

    private PluginCall() {}

    /**
     * Calls and waits.
     *
     * @param plugin for messages
     * @throws BrokenPluginException as the call does, or if it takes too long
     */
    static <T> T run(String plugin, ClassLoader loader, Duration limit, Callable<T> call) throws BrokenPluginException {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task, "plugin " + plugin);
        thread.setDaemon(true);
        thread.setContextClassLoader(loader);
        Thread exit = new Thread(() -> reportExit(plugin));
        Runtime.getRuntime().addShutdownHook(exit);
        try {
            thread.start();
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            String place = Arrays.stream(thread.getStackTrace())
                    .findFirst()
                    .map(StackTraceElement::toString)
                    .orElse("unknown code");
            throw new BrokenPluginException(
                    "it did not answer within " + limit.toSeconds() + " s: it was in " + place, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokenPluginException("it was interrupted while it was loaded", e);
        } catch (ExecutionException e) {
            throw rethrown(e);
        } finally {
            task.cancel(true);
            removeHook(exit);
        }
    }

    private static BrokenPluginException rethrown(ExecutionException e) {
        Throwable cause = Objects.requireNonNull(e.getCause());
        if (cause instanceof BrokenPluginException broken) {
            return broken;
        }
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new BrokenPluginException("it failed while it was loaded: " + cause, cause);
    }

    private static void reportExit(String plugin) {
        // Ctrl-C ends the process by another way.
        boolean called = Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getClassName().equals("java.lang.Runtime")
                        && frame.getMethodName().equals("exit"));
        if (!called) {
            return;
        }
        LastLine.print("tune: the plugin " + plugin
                + " ended the process while it was loaded; remove it, or ask its author for a version that does not");
        Runtime.getRuntime().halt(EXIT_CODE);
    }

    private static void removeHook(Thread exit) {
        try {
            Runtime.getRuntime().removeShutdownHook(exit);
        } catch (IllegalStateException e) {
            // The process is ending, so the hook runs.
        }
    }
}
