// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.safetensors.Checkpoint.FileVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One open safetensors file, checked as strictly as the format's specification: see {@link #open}. Safe for use by
 * several threads.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SafetensorsFile implements AutoCloseable {
    /** The longest slice that {@link #map} returns; a multiple of every element's size. */
    static final long MAX_SLICE = 1L << 30;

    // A heap buffer is copied through a direct one of the same size, which the JDK then keeps.
    private static final int MAX_READ = 1 << 23;

    private static final System.Logger LOG = System.getLogger(SafetensorsFile.class.getName());

    private final Path path;
    private final SafetensorsHeader header;
    private final FileStamp stamp;
    private FileChannel channel;
    private boolean closed;
    private volatile boolean mapped;
    private @Nullable String sample;

    private SafetensorsFile(Path path, SafetensorsHeader header, FileStamp stamp, FileChannel channel) {
        this.path = path;
        this.header = header;
        this.stamp = stamp;
        this.channel = channel;
    }

    /**
     * Opens a file and checks its header: 8 bytes of little-endian length, at most 100,000,000; a JSON object without
     * duplicate keys; known dtypes; shapes that agree with the offsets; offsets that cover the file to its end without
     * gap or overlap.
     *
     * @throws UserException if the file is missing or breaks a rule; the message names the tensor and the numbers
     */
    public static SafetensorsFile open(Path path) {
        ExistingFiles.requireFile(path);
        ForeignFormats.refuse(path);
        return open(path, SafetensorsHeader::read);
    }

    /** Opens a file that holds a checkpoint's weights, in one of some other formats or as safetensors. */
    static SafetensorsFile openWeights(Path path, List<WeightFileFormat> others) {
        ExistingFiles.requireFile(path);
        for (WeightFileFormat format : others) {
            if (format.recognizes(path)) {
                return open(
                        path,
                        (file, channel) -> new SafetensorsHeader(
                                Collections.unmodifiableSortedMap(format.entries(file, channel)), Map.of()));
            }
        }
        return open(path);
    }

    /** Reads what is where. */
    private interface HeaderReader {
        SafetensorsHeader read(Path path, FileChannel channel) throws IOException;
    }

    private static SafetensorsFile open(Path path, HeaderReader reader) {
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            boolean done = false;
            try {
                FileStamp stamp = FileStamp.of(path);
                SafetensorsFile file = new SafetensorsFile(path, reader.read(path, channel), stamp, channel);
                done = true;
                return file;
            } finally {
                if (!done) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw ExistingFiles.unreadable(path, e);
        }
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** All tensors, sorted by name. */
    public SortedMap<String, TensorEntry> entries() {
        return header.entries();
    }

    /** The header's {@code __metadata__}, empty if it has none. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * Copies a part of a tensor's content into a buffer until that is full. Several threads may read at once.
     *
     * @param byteOffset where in the tensor to begin
     * @throws UserException if the dtype is not one of ours, or the file changed since it was opened
     * @throws InternalException if the part is not inside the tensor
     */
    public void read(TensorEntry entry, long byteOffset, ByteBuffer target) {
        checkReadable(entry);
        if (byteOffset < 0 || byteOffset > entry.byteLength() - target.remaining()) {
            throw new InternalException("bytes " + byteOffset + " to " + (byteOffset + target.remaining()) + " of "
                    + entry + " were asked for, which has " + entry.byteLength());
        }
        long position = entry.byteOffset() + byteOffset;
        while (target.hasRemaining()) {
            position += readSome(entry, position, target);
        }
    }

    private int readSome(TensorEntry entry, long position, ByteBuffer target) {
        ByteBuffer part = target.slice(target.position(), Math.min(target.remaining(), MAX_READ));
        try {
            int count = openChannel().read(part, position);
            if (count <= 0) {
                throw new DataException(path + " became shorter while it was being read: tensor '" + entry.name()
                        + "' ends before byte " + position + "; do not change checkpoint files during a run");
            }
            target.position(target.position() + count);
            return count;
        } catch (ClosedChannelException e) {
            // An interrupt closes the channel for all threads; those that were not meant go on with a new one.
            if (Thread.currentThread().isInterrupted()) {
                throw new ResourceException("reading " + path + " was interrupted", e);
            }
            return 0;
        } catch (IOException e) {
            throw ExistingFiles.unreadable(path, e);
        }
    }

    private synchronized FileChannel openChannel() throws IOException {
        if (closed) {
            throw new InternalException(path + " was closed before it was read");
        }
        if (!channel.isOpen()) {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            // Behind the name may be another file by now.
            stamp.require(path);
        }
        return channel;
    }

    /** The version of the file at the first call. */
    synchronized FileVersion version() {
        try {
            if (sample == null) {
                sample = currentSample();
            }
            return new FileVersion(sample, stamp.modified().toString());
        } catch (IOException e) {
            throw ExistingFiles.unreadable(path, e);
        }
    }

    private String currentSample() throws IOException {
        long header = entries().values().stream()
                .mapToLong(TensorEntry::byteOffset)
                .min()
                .orElse(0);
        return ContentSample.of(openChannel(), path, header);
    }

    /**
     * Proves that the file is the one that was opened, and was not written to.
     *
     * @throws UserException if it is gone, another, or its size, time, header or samples of its content have changed
     */
    synchronized void requireUnchanged() {
        stamp.require(path);
        String before = sample;
        try {
            if (before != null && !before.equals(currentSample())) {
                throw new DataException("the checkpoint file " + path
                        + " was overwritten while the run used it, with its former time of modification; put back the one"
                        + " that the run began with");
            }
        } catch (IOException e) {
            throw ExistingFiles.unreadable(path, e);
        }
    }

    /** Says that parts of the file are mapped, by whomever. */
    void mark() {
        mapped = true;
    }

    /**
     * Proves that mapped parts are as they were. A file that was deleted, or in whose place another was put, is still the one that
     * is mapped.
     *
     * @throws UserException if it was written to or cut short
     */
    void requireMappedUnchanged() {
        if (!mapped) {
            return;
        }
        try {
            FileStamp now = FileStamp.of(path);
            if (stamp.isRewritten(now)) {
                stamp.require(path);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> path + " cannot be looked at: " + e);
        }
    }

    /**
     * Maps a tensor's content into memory: read-only, little-endian slices in order, all but the last of 1 GiB. They
     * stay valid after the file is closed; the mapping ends when they are no longer referenced. Pages that were touched
     * count as memory of this process until then, so {@link #read} suits loading weights once. A file that is cut short while it is
     * mapped ends the process where a page is touched that is not there any more: no Java code can be asked before.
     *
     * @return no slices if the tensor is empty
     * @throws UserException if the dtype is not one of ours
     */
    public List<ByteBuffer> map(TensorEntry entry) {
        checkReadable(entry);
        List<ByteBuffer> slices = new ArrayList<>();
        try {
            for (long at = 0; at < entry.byteLength(); at += MAX_SLICE) {
                long length = Math.min(MAX_SLICE, entry.byteLength() - at);
                slices.add(openChannel()
                        .map(FileChannel.MapMode.READ_ONLY, entry.byteOffset() + at, length)
                        .order(ByteOrder.LITTLE_ENDIAN));
            }
        } catch (IOException e) {
            throw ExistingFiles.unreadable(path, e);
        }
        return List.copyOf(slices);
    }

    private void checkReadable(TensorEntry entry) {
        if (!entry.equals(entries().get(entry.name()))) {
            throw new InternalException(entry + " is not an entry of " + path);
        }
        entry.dtype();
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw ExistingFiles.unreadable(path, e);
        }
    }
}
