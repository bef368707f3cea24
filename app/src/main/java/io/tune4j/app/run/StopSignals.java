package io.tune4j.app.run;

import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Ctrl-C, SIGTERM and SIGHUP ask the recipe to save and stop; asked a second time by one of the first two, the process ends at once.
 * What was saved before stays whole in either case. A hang-up never ends it at once: a terminal that closes sends it more than once, and
 * systemd sends it right after SIGTERM. Under nohup it is ignored, as the JVM leaves signals that it was started without.
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
        Signal.handle(new Signal("INT"), signals::received);
        Signal.handle(new Signal("TERM"), signals::received);
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

    /** What shells expect of a process that a signal ended: 130 for Ctrl-C. */
    int exitCode() {
        return 128 + signal.get();
    }
}
