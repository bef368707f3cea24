// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.workers;

import java.io.IOException;
import java.util.Map;

/** A process that {@link WorkerProcesses} started. */
public final class LaunchedWorker {
    /** The variable by which a process knows that it is one. */
    static final String MARK = "TUNE4J_LAUNCHED";

    private static final int ENDED_WITH_LAUNCHER = 143;

    private LaunchedWorker() {}

    /** Whether this process is one. */
    public static boolean is(Map<String, String> environment) {
        return environment.containsKey(MARK);
    }

    /** Ends this process when the one that started it is gone: its end of the standard input closes then. */
    public static void endWithLauncher() {
        Thread watch = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {
                            // Nothing is written there.
                            continue;
                        }
                    } catch (IOException e) {
                        Runtime.getRuntime().halt(ENDED_WITH_LAUNCHER);
                    }
                    Runtime.getRuntime().halt(ENDED_WITH_LAUNCHER);
                },
                "tune4j-launcher-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
