// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.run;

import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.app.workers.LaunchedWorker;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ctrl-C, SIGTERM and SIGHUP ask the recipe to save and stop; a second one of the first two ends the process at once.
 * Earlier saves stay complete in either case. A second SIGHUP does not end the process: a closing terminal sends several, and systemd
 * sends one right after SIGTERM. Under nohup it is ignored, because the JVM keeps the signals ignored that it inherits so.
 */
final class StopSignals implements Cancellation {
    private static final String HANG_UP = "HUP";

    private final AtomicInteger signal = new AtomicInteger();
    private final Console console;

    private StopSignals(Console console) {
        this.console = console;
    }

    static StopSignals install(Console console) {
        StopSignals signals = new StopSignals(console);
        Signal.handle(new Signal("TERM"), signals::received);
        if (LaunchedWorker.is(System.getenv())) {
            // A terminal sends these to all processes; the one that started the workers passes one on.
            Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
            Signal.handle(new Signal(HANG_UP), SignalHandler.SIG_IGN);
            return signals;
        }
        Signal.handle(new Signal("INT"), signals::received);
        if (!System.getProperty("os.name", "").startsWith("Windows")) {
            Signal.handle(new Signal(HANG_UP), signals::received);
        }
        return signals;
    }

    private void received(Signal received) {
        if (!signal.compareAndSet(0, received.getNumber())) {
            if (received.getName().equals(HANG_UP)) {
                return;
            }
            Runtime.getRuntime().halt(exitCode());
        }
        console.warning("stopping after this micro-batch and saving; once more ends at once");
    }

    @Override
    public boolean isRequested() {
        return signal.get() != 0;
    }

    /** The exit code that shells expect after a signal: 130 for Ctrl-C. */
    int exitCode() {
        return 128 + signal.get();
    }
}
