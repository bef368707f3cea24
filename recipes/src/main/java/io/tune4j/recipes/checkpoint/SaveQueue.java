package io.tune4j.recipes.checkpoint;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.io.PendingDirectory;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a run saves while it goes on: the training thread writes it to the system's cache, which takes milliseconds, and a
 * thread of this waits for the disk and gives it its name. At most one is under way, so that a slow disk slows a run down
 * instead of filling the memory. A save that failed ends the run at the next one, or at the end.
 */
public final class SaveQueue implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "tune4j-saves");
        made.setDaemon(true);
        return made;
    });

    private @Nullable Future<?> current;

    /** Like {@link #add(Supplier, Consumer)}, with nothing behind it. */
    public void add(Supplier<PendingDirectory> written) {
        add(written, path -> {});
    }

    /**
     * Writes a directory and returns.
     *
     * @param written called at once, when the one before is complete
     * @param afterwards gets the directory when it is complete on disk, on the other thread
     */
    public void add(Supplier<PendingDirectory> written, Consumer<Path> afterwards) {
        await();
        PendingDirectory directory = written.get();
        current = thread.submit(() -> {
            directory.finish();
            afterwards.accept(directory.target());
        });
    }

    /** Returns when everything is complete on disk. */
    public void await() {
        Future<?> waited = current;
        if (waited == null) {
            return;
        }
        current = null;
        try {
            waited.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new InternalException("saving failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InternalException("interrupted while saving", e);
        }
    }

    /** Waits for what is under way. Its failure is not told, since another one is on its way or the run has ended well. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            while (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                // The disk will answer.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
