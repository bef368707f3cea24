// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One file on its way: several workers take its segments, and who finishes the last one checks and renames it. */
final class Transfer {
    private final HubFile file;
    private final Path target;
    private final Path incomplete;
    private final HubProgress progress;
    private final Deque<Integer> waiting = new ArrayDeque<>();
    private final Set<Integer> running = new HashSet<>();
    private @Nullable Segments segments;
    private @Nullable FileChannel channel;
    private boolean single;
    private boolean secondTry;
    private boolean claimed;

    Transfer(HubFile file, Path target, HubProgress progress) {
        this.file = file;
        this.target = target;
        this.incomplete = target.resolveSibling(target.getFileName() + ".incomplete");
        this.progress = progress;
    }

    HubFile file() {
        return file;
    }

    Path target() {
        return target;
    }

    /** Opens the file, with what an earlier download left of it. */
    synchronized void open(Path folder) throws IOException {
        if (segments == null) {
            SafePaths.makeParents(folder, target);
            segments = Segments.open(incomplete, file);
            channel = FileChannel.open(incomplete, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            waiting.addAll(segments.missing());
            progress.advance(file, segments.bytesThere());
        }
    }

    /** The next segment to fetch, or null if none is left to be taken. */
    synchronized @Nullable Integer take() {
        Integer next = waiting.poll();
        if (next != null) {
            running.add(next);
        }
        return next;
    }

    /** Whether all that was taken is there, also when there was nothing to take. */
    synchronized boolean isComplete() {
        return waiting.isEmpty() && running.isEmpty();
    }

    /** Whether segments cannot be requested, because the server sends whole files only. */
    synchronized boolean isSingle() {
        return single;
    }

    Segments segments() {
        return Objects.requireNonNull(segments);
    }

    void write(ByteBuffer bytes, long position) throws IOException {
        FileChannel open = Objects.requireNonNull(channel);
        long at = position;
        while (bytes.hasRemaining()) {
            at += open.write(bytes, at);
        }
    }

    /**
     * Goes over to one stream for the whole file.
     *
     * @return whether the caller is the one to read it
     */
    synchronized boolean becomeSingle() throws IOException {
        if (single) {
            return false;
        }
        single = true;
        waiting.clear();
        progress.advance(file, -segments().bytesThere());
        segments().clear(file);
        return true;
    }

    /**
     * Gives a segment up, since another connection reads the whole file.
     *
     * @return whether that was the last one
     */
    synchronized boolean leave(int segment) {
        running.remove(segment);
        return isComplete();
    }

    /** @return true once: whoever gets it checks the file and renames it */
    synchronized boolean claim() {
        boolean first = !claimed;
        claimed = true;
        return first;
    }

    /** @return whether that was the last one */
    synchronized boolean finish(int segment) throws IOException {
        running.remove(segment);
        if (!single) {
            segments().finish(segment);
        }
        return isComplete();
    }

    synchronized void giveBack(int segment, long bytes) {
        running.remove(segment);
        if (!single) {
            segments().giveBack(segment, bytes);
            waiting.addFirst(segment);
        }
    }

    /** Notes how far a segment is, for a later run. */
    synchronized void advance(int segment, long bytes) throws IOException {
        if (!single) {
            segments().advance(segment, bytes);
        }
    }

    /**
     * Checks the content and gives the file its name.
     *
     * @return false if the content is wrong for the first time: then it begins anew
     * @throws DataException if it is wrong again
     */
    synchronized boolean complete() throws IOException {
        FileChannel open = Objects.requireNonNull(channel);
        open.truncate(file.size());
        if (!DownloadRecord.isSmall(file)) {
            // A disk makes few files durable in a second.
            open.force(false);
        }
        if (HubHashes.matches(incomplete, file)) {
            close();
            Files.move(incomplete, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            segments().delete();
            return true;
        }
        progress.advance(file, -file.size());
        segments().clear(file);
        single = false;
        if (secondTry) {
            close();
            Files.deleteIfExists(incomplete);
            segments().delete();
            throw new DataException(
                    "'" + file.path() + "' came twice with another content than the hub's list says ("
                            + (file.sha256() == null ? "git hash " : "sha256 ") + file.identity()
                            + "), and was deleted. A proxy on the way may change it; try again, from another network if need be");
        }
        secondTry = true;
        claimed = false;
        progress.note(file.path() + ": its hash is wrong, downloading it again");
        waiting.addAll(segments().missing());
        return false;
    }

    synchronized void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
