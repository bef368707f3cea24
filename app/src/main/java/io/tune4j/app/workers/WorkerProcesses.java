// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.workers;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.recipe.Console;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/**
 * The workers of this machine. The lines of rank 0 are shown as they are; of the others the last ones are kept, and shown if one of them
 * fails. When a worker fails, the others have a while to notice and to save; then they are ended.
 */
public final class WorkerProcesses {
    /** The time in which workers end by themselves after one has failed. */
    private static final Duration TO_SAVE = Duration.ofSeconds(30);

    /** The time in which they end after that, when they are asked to. */
    private static final Duration TO_STOP = Duration.ofSeconds(5);

    private static final int LAST_LINES = 15;
    private static final int SIGNALLED = 128;

    private final Launch launch;
    private final Console console;
    private final List<Worker> workers = new ArrayList<>();
    private final BlockingQueue<Worker> ended = new LinkedBlockingQueue<>();
    private volatile int signal;

    private WorkerProcesses(Launch launch, Console console) {
        this.launch = launch;
        this.console = console;
    }

    /** A process and the last of what it wrote. */
    private record Worker(
            int rank,
            Process process,
            Deque<String> lines,
            @Nullable Thread reader) {
        String describe() {
            int code = process.exitValue();
            String how =
                    code > SIGNALLED ? "was ended by signal " + (code - SIGNALLED) : "ended with exit code " + code;
            return "worker " + rank + " (process " + process.pid() + ") " + how;
        }
    }

    /**
     * Starts the workers and waits for them.
     *
     * @param command the command that each worker runs
     * @return the exit code: 0, or that of the worker that failed first, or of the signal that ended this
     */
    public static int run(Launch launch, List<String> command, Console console) {
        return new WorkerProcesses(launch, console).run(command);
    }

    private int run(List<String> command) {
        console.line("workers " + launch.rank(0) + " to " + launch.rank(launch.perNode() - 1) + " of " + launch.size()
                + ", which meet at " + launch.host() + ":" + launch.port());
        for (String name : new String[] {"INT", "TERM", "HUP"}) {
            if (!(name.equals("HUP") && System.getProperty("os.name", "").startsWith("Windows"))) {
                Signal.handle(new Signal(name), this::received);
            }
        }
        try {
            for (int local = 0; local < launch.perNode(); local++) {
                start(command, local);
            }
            Worker failed = awaitAll();
            if (failed == null) {
                return signal == 0 ? 0 : SIGNALLED + signal;
            }
            return signal == 0 ? failed.process.exitValue() : SIGNALLED + signal;
        } catch (IOException e) {
            workers.forEach(worker -> worker.process.destroyForcibly());
            throw new ResourceException(
                    "the workers cannot be started with " + command.get(0) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            workers.forEach(worker -> worker.process.destroyForcibly());
            return SIGNALLED;
        }
    }

    private void start(List<String> command, int local) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("PET_"));
        builder.environment().putAll(launch.environment(local));
        boolean isFirst = launch.rank(local) == 0;
        if (isFirst) {
            builder.redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT);
        } else {
            builder.redirectErrorStream(true);
        }
        Process process = builder.start();
        Deque<String> lines = new ArrayDeque<>();
        Thread reader = isFirst ? null : keepLast(process, lines);
        Worker worker = new Worker(launch.rank(local), process, lines, reader);
        workers.add(worker);
        process.onExit().thenRun(() -> ended.add(worker));
    }

    private static Thread keepLast(Process process, Deque<String> lines) {
        Thread reader = new Thread(() -> {
            try (BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), Charset.defaultCharset()))) {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    synchronized (lines) {
                        lines.addLast(line);
                        if (lines.size() > LAST_LINES) {
                            lines.removeFirst();
                        }
                    }
                }
            } catch (IOException e) {
                synchronized (lines) {
                    lines.addLast("(its output could not be read: " + e.getMessage() + ")");
                }
            }
        });
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    /** Returns the worker that failed first, or null. */
    private @Nullable Worker awaitAll() throws InterruptedException {
        Worker failed = null;
        long deadline = Long.MAX_VALUE;
        boolean asked = false;
        int left = workers.size();
        while (left > 0) {
            Worker worker = deadline == Long.MAX_VALUE
                    ? ended.take()
                    : ended.poll(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (worker == null) {
                for (Worker each : workers) {
                    end(each.process, !asked);
                }
                asked = true;
                deadline = System.nanoTime() + TO_STOP.toNanos();
                continue;
            }
            left--;
            if (worker.process.exitValue() != 0 && failed == null && signal == 0) {
                failed = worker;
                deadline = System.nanoTime() + TO_SAVE.toNanos();
                tell(worker);
            }
        }
        return failed;
    }

    private static void end(Process process, boolean gently) {
        if (gently) {
            process.destroy();
        } else {
            process.destroyForcibly();
        }
    }

    private void tell(Worker worker) throws InterruptedException {
        if (worker.reader == null) {
            console.warning(worker.describe() + "; the others are ended");
            return;
        }
        worker.reader.join(TO_STOP.toMillis());
        List<String> lines;
        synchronized (worker.lines) {
            lines = List.copyOf(worker.lines);
        }
        console.warning(worker.describe() + "; the others are ended"
                + (lines.isEmpty() ? ". It wrote nothing" : ". Its last lines:\n  " + String.join("\n  ", lines)));
    }

    /** Passes a signal on: the first asks the workers to save and stop, the second ends them. */
    private void received(Signal received) {
        boolean isFirst = signal == 0;
        if (!isFirst && received.getName().equals("HUP")) {
            return;
        }
        signal = received.getNumber();
        workers.forEach(worker -> end(worker.process, isFirst));
    }
}
