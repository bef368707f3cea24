// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.DiskSpace;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.engine.hub.HubClient.Listing;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Brings files of a repository into a folder. Each is written to {@code NAME.incomplete}, in segments that several connections
 * fetch at once, checked against its hash, and renamed. Run again after an interruption of whatever kind, it goes on with the
 * segments that are missing.
 */
public final class HubDownload {
    private static final String LOCK = ".tune4j-download.lock";

    /** Segments that are opened before others are complete would only spread the work. */
    private final Deque<Transfer> queue = new ArrayDeque<>();

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final HubClient client;
    private final Listing listing;
    private final Path folder;
    private final HubProgress progress;
    private final int connections;

    /**
     * @param folder where the files go; made if need be
     * @param connections at the same time
     */
    public HubDownload(HubClient client, Listing listing, Path folder, HubProgress progress, int connections) {
        this.client = client;
        this.listing = listing;
        this.folder = folder.toAbsolutePath().normalize();
        this.progress = progress;
        this.connections = connections;
    }

    /**
     * Downloads what is wanted and not there yet.
     *
     * @return the wanted files' paths, in the repository's order
     * @throws UserException if the hub does not let us, or the folder is in use by another download
     * @throws io.tune4j.api.error.DataException if a name leads out of the folder, or a content is wrong twice
     * @throws ResourceException if the network or the disk fails; run again to go on
     */
    public List<Path> run(FilePatterns patterns) {
        List<HubFile> wanted = listing.files().stream()
                .filter(file -> patterns.accepts(file.path()))
                .toList();
        // All names are checked before the first file is touched.
        List<Path> targets = wanted.stream()
                .map(file -> SafePaths.resolve(folder, file.path()))
                .toList();
        WritableDirectories.ensure(folder, "the download folder");
        try (FileChannel lock =
                        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = lock(lock)) {
            DownloadRecord record = DownloadRecord.of(folder);
            List<HubFile> missing = new ArrayList<>();
            long bytes = 0;
            for (int i = 0; i < wanted.size(); i++) {
                if (!record.holds(targets.get(i), wanted.get(i))) {
                    missing.add(wanted.get(i));
                    queue.add(new Transfer(wanted.get(i), targets.get(i), progress));
                    Path begun = targets.get(i).resolveSibling(targets.get(i).getFileName() + ".incomplete");
                    bytes += wanted.get(i).size() - (Files.exists(begun) ? Files.size(begun) : 0);
                }
            }
            DiskSpace.require(
                    folder,
                    Math.max(0, bytes),
                    "the files of " + listing.repository().label());
            progress.begin(missing, wanted.size() - missing.size());
            try {
                fetchAll(record);
            } finally {
                record.save();
            }
        } catch (IOException e) {
            throw diskFailure(e);
        }
        try {
            Files.deleteIfExists(folder.resolve(LOCK));
        } catch (IOException e) {
            // Empty and harmless.
            System.getLogger(HubDownload.class.getName()).log(System.Logger.Level.DEBUG, "the lock file stays", e);
        }
        return targets;
    }

    private FileLock lock(FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new UserException(
                    "another download is writing to " + folder + "; wait for it, or choose another folder");
        }
        return lock;
    }

    private void fetchAll(DownloadRecord record) {
        ExecutorService workers = Executors.newFixedThreadPool(connections, task -> {
            Thread thread = new Thread(task, "download");
            thread.setDaemon(true);
            return thread;
        });
        try (IdleWatch watch = new IdleWatch(client.settings().idleLimit())) {
            SegmentFetcher fetcher = new SegmentFetcher(client, listing, progress, watch, () -> failure.get() != null);
            for (int i = 0; i < connections; i++) {
                workers.execute(() -> work(fetcher, record));
            }
            workers.shutdown();
            if (!workers.awaitTermination(Long.MAX_VALUE, TimeUnit.SECONDS)) {
                throw new ResourceException("the download did not end");
            }
        } catch (InterruptedException e) {
            failure.compareAndSet(null, e);
            throw HubHttp.interrupted(e);
        } finally {
            workers.shutdownNow();
            queue.forEach(HubDownload::closeQuietly);
        }
        Throwable failed = failure.get();
        if (failed instanceof TuneException known) {
            throw known;
        }
        if (failed instanceof IOException e) {
            throw diskFailure(e);
        }
        if (failed instanceof RuntimeException e) {
            throw e;
        }
        if (failed instanceof Error e) {
            throw e;
        }
    }

    private ResourceException diskFailure(IOException e) {
        return new ResourceException(
                "cannot write to " + folder + ": " + e.getMessage()
                        + "; see to it, then run the same command again: what" + " was downloaded stays",
                e);
    }

    /** A piece of work: a segment of a file, or a file whose segments are all there. */
    private record Piece(Transfer transfer, @Nullable Integer segment) {}

    private synchronized @Nullable Piece next() throws IOException {
        // Only the first few are on their way, so this is quick for any number of files.
        for (Transfer transfer : queue) {
            transfer.open(folder);
            Integer segment = transfer.take();
            if (segment != null) {
                return new Piece(transfer, segment);
            }
            if (transfer.isComplete()) {
                return new Piece(transfer, null);
            }
        }
        return null;
    }

    private void work(SegmentFetcher fetcher, DownloadRecord record) {
        try {
            while (failure.get() == null) {
                Piece piece = next();
                if (piece == null) {
                    return;
                }
                Transfer transfer = piece.transfer();
                boolean last =
                        piece.segment() == null || fetcher.fetch(transfer, Objects.requireNonNull(piece.segment()));
                if (last) {
                    finish(transfer, record);
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            // The first failure ends the others, and is thrown by the thread that waits for all.
            failure.compareAndSet(null, e);
        }
    }

    private void finish(Transfer transfer, DownloadRecord record) throws IOException {
        if (!transfer.claim()) {
            return;
        }
        synchronized (this) {
            queue.remove(transfer);
        }
        if (transfer.complete()) {
            record.add(transfer.target(), transfer.file());
            progress.done(transfer.file());
        } else {
            synchronized (this) {
                queue.addFirst(transfer);
            }
        }
    }

    private static void closeQuietly(Transfer transfer) {
        try {
            transfer.close();
        } catch (IOException e) {
            System.getLogger(HubDownload.class.getName()).log(System.Logger.Level.DEBUG, "closing failed", e);
        }
    }
}
