// SPDX-License-Identifier: Apache-2.0
package example;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.BarrierTaskContext;

/**
 * A task that starts {@code tune} in a process of its own and tells it its place among the workers with torchrun's variables. A process
 * is needed because executors run several tasks, and a native library belongs to one class loader of a process.
 */
final class WorkerTask {
    private static final int LAST_LINES = 15;

    /** The time in which a worker saves and ends when the task is cancelled. */
    private static final int SECONDS_TO_SAVE = 30;

    private final BarrierTaskContext context;
    private final List<String> command;

    WorkerTask(BarrierTaskContext context, List<String> command) {
        this.context = context;
        this.command = command;
    }

    /** Runs the worker to its end. */
    void run() {
        try {
            int rank = context.partitionId();
            // The first worker's machine is asked for a free port; between this and the worker's start another program may take it.
            String[] ports = context.allGather(rank == 0 ? String.valueOf(freePort()) : "");
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            tell(builder, rank, ports[0]);
            Process process = builder.start();
            Deque<String> last = new ArrayDeque<>();
            Thread reader = new Thread(() -> show(process, rank, last), "worker " + rank);
            reader.start();
            await(process);
            reader.join();
            if (process.exitValue() != 0) {
                throw new IllegalStateException("worker " + rank + " ended with exit code " + process.exitValue()
                        + ". Its last lines:\n  " + String.join("\n  ", last));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(command.get(0) + " cannot be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the task was interrupted", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void tell(ProcessBuilder builder, int rank, String port) {
        List<String> hosts = Arrays.stream(context.getTaskInfos())
                .map(task -> task.address().replaceFirst(":-?\\d+$", ""))
                .toList();
        String own = hosts.get(rank);
        long before = hosts.subList(0, rank).stream().filter(own::equals).count();
        long all = hosts.stream().filter(own::equals).count();
        builder.environment().put("RANK", String.valueOf(rank));
        builder.environment().put("WORLD_SIZE", String.valueOf(hosts.size()));
        builder.environment().put("LOCAL_RANK", String.valueOf(before));
        builder.environment().put("LOCAL_WORLD_SIZE", String.valueOf(all));
        builder.environment().put("MASTER_ADDR", hosts.get(0));
        builder.environment().put("MASTER_PORT", port);
        // The worker ends when its standard input closes, as it does when the executor is killed.
        builder.environment().put("TUNE4J_LAUNCHED", "1");
    }

    /** Shows the worker's lines in the executor's log, and keeps the last ones. */
    private static void show(Process process, int rank, Deque<String> last) {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.err.println("[worker " + rank + "] " + line);
                last.addLast(line);
                if (last.size() > LAST_LINES) {
                    last.removeFirst();
                }
            }
        } catch (IOException e) {
            last.addLast("(its output could not be read: " + e.getMessage() + ")");
        }
    }

    /** Waits for the process, and asks it to save and end when Spark cancels the task. */
    private void await(Process process) throws InterruptedException {
        try {
            while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
                if (context.isInterrupted()) {
                    process.destroy();
                    process.waitFor(SECONDS_TO_SAVE, TimeUnit.SECONDS);
                    return;
                }
            }
        } finally {
            // Also when this thread is interrupted.
            if (process.isAlive()) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
