package io.tune4j.app.run;

import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Ctrl-C and SIGTERM ask the recipe to save and stop; asked a second time, the process ends at once. What was saved
 * before stays whole in either case.
 */
final class StopSignals implements Cancellation {
    private final AtomicInteger signal = new AtomicInteger();
    private final Console console;

    private StopSignals(Console console) {
        this.console = console;
    }

    static StopSignals install(Console console) {
        StopSignals signals = new StopSignals(console);
        Signal.handle(new Signal("INT"), signals::received);
        Signal.handle(new Signal("TERM"), signals::received);
        return signals;
    }

    private void received(Signal received) {
        if (!signal.compareAndSet(0, received.getNumber())) {
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
