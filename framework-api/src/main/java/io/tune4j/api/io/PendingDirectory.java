// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles.DirectoryWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apiguardian.api.API;

/**
 * A directory whose content is written beside its target under a hidden name. Written bytes are in the system's cache, so
 * writing takes no longer than a copy in memory; {@link #finish}, which waits for the disk, can be left to another thread.
 * Not for use by several threads at once.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class PendingDirectory implements AutoCloseable {
    private final Path target;
    private final Path temporary;
    private final Path old;
    private boolean settled;

    private PendingDirectory(Path target) {
        this.target = target;
        temporary = TemporaryName.reserve(target, TemporaryName.SUFFIX);
        old = TemporaryName.reserve(target, TemporaryName.OLD_SUFFIX);
    }

    /**
     * The first half of {@link AtomicFiles#writeDirectory}: the content is written, but neither durable nor under its name before
     * {@link #finish}, which any thread may call.
     *
     * @param place the directory; its parent must exist. A link is followed, not replaced.
     */
    public static PendingDirectory prepare(Path place, DirectoryWriter writer) {
        Path target = AtomicFiles.resolve(place);
        PendingDirectory pending = new PendingDirectory(target);
        try {
            if (Files.exists(target) && !Files.isDirectory(target)) {
                throw new UserException(
                        "cannot write the directory " + target + ": a file has that name; remove it or choose another");
            }
            Leftovers.settle(
                    AtomicFiles.directoryOf(target), String.valueOf(target.getFileName())::equals, name -> false);
            Files.createDirectory(pending.temporary);
            writer.write(pending.temporary);
            return pending;
        } catch (IOException e) {
            pending.close();
            throw FileErrors.writing(target.toString(), target, 0, e);
        } catch (RuntimeException | Error e) {
            pending.close();
            throw e;
        }
    }

    /** The final place of the directory. */
    public Path target() {
        return target;
    }

    /** Makes the content durable and gives it the target's name; a former version stays until then. */
    public void finish() {
        if (settled) {
            throw new InternalException("the directory " + target + " was finished or closed before");
        }
        try {
            Durability.syncTree(temporary);
            swap();
            Durability.syncDirectory(AtomicFiles.directoryOf(target));
            Leftovers.deleteTree(old);
        } catch (IOException e) {
            throw FileErrors.writing(target.toString(), target, 0, e);
        } finally {
            close();
        }
    }

    private void swap() throws IOException {
        boolean replaces = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
        if (replaces) {
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (replaces) {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
    }

    /** Deletes what was written, unless it was finished. */
    @Override
    public void close() {
        if (settled) {
            return;
        }
        settled = true;
        try {
            Leftovers.deleteTree(temporary);
        } catch (IOException e) {
            throw FileErrors.writing(target.toString(), target, 0, e);
        } finally {
            TemporaryName.release(temporary);
            TemporaryName.release(old);
        }
    }
}
