// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import io.tune4j.api.io.PendingDirectory;
import io.tune4j.recipes.training.BackgroundThread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Saves without stopping the run: the training thread writes to the system's cache, which takes milliseconds, and a thread of
 * this class waits for the disk and renames the result. At most one save is in progress, so a slow disk slows a run down
 * instead of filling the memory. A failed save ends the run at the next save, or at the end.
 */
public final class SaveQueue implements AutoCloseable {
    private final BackgroundThread thread = new BackgroundThread("tune4j-saves", "saving");
    private @Nullable Future<Path> current;

    /** Like {@link #add(Supplier, Consumer)}, with nothing to do afterwards. */
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
        add(List.of(written), afterwards);
    }

    /**
     * Writes several directories and returns. They appear in order, each when it is complete on disk: a kill in between leaves the
     * first ones, so what the others stand for comes last.
     *
     * @param written called at once, in order, when what came before is complete
     * @param afterwards gets the last directory when all are complete on disk, on the other thread
     */
    public void add(List<Supplier<PendingDirectory>> written, Consumer<Path> afterwards) {
        await();
        List<PendingDirectory> directories = new ArrayList<>();
        try {
            written.forEach(one -> directories.add(one.get()));
        } catch (RuntimeException e) {
            directories.forEach(PendingDirectory::close);
            throw e;
        }
        Path last = directories.get(directories.size() - 1).target();
        current = thread.submit(() -> {
            directories.forEach(PendingDirectory::finish);
            afterwards.accept(last);
            return last;
        });
    }

    /** Returns when everything is complete on disk. */
    public void await() {
        Future<Path> waited = current;
        if (waited != null) {
            current = null;
            thread.await(waited);
        }
    }

    /** Waits for the save in progress. Its failure is not reported, since another error is, or the run has ended well. */
    @Override
    public void close() {
        thread.close();
    }
}
