// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.autograd;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.DiskSpace;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * Activations in a memory-mapped file: pages that the kernel may write out when memory is short, where anonymous memory could only
 * be killed for. The file has no name and is gone with the process. The backward takes in the reverse order of the forward, so the
 * file is a stack and never longer than what waits at a time, rounded up.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class MappedActivations implements ActivationStore {
    private static final int SEGMENT_BYTES = 64 << 20;
    private static final int PIECE_BYTES = 1 << 20;
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    private final Path folder;
    private final Path file;
    private final FileChannel channel;
    private final List<MappedByteBuffer> segments = new ArrayList<>();
    private final Deque<Place> places = new ArrayDeque<>();
    private long end;
    private long most;

    private MappedActivations(Path folder, Path file, FileChannel channel) {
        this.folder = folder;
        this.file = file;
        this.channel = channel;
    }

    /**
     * A file in a folder, which must exist.
     *
     * @throws UserException if the folder is itself in memory
     */
    public static MappedActivations in(Path folder) {
        requireDisk(folder);
        Path file = AtomicFiles.reserveTemporary(folder.resolve("activations"));
        try {
            FileChannel channel = FileChannel.open(
                    file,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE);
            return new MappedActivations(folder, file, channel);
        } catch (IOException e) {
            throw new ResourceException("activations cannot be offloaded to " + file + ": " + e.getMessage(), e);
        }
    }

    /** @throws UserException if what is written to the folder stays in memory */
    public static void requireDisk(Path folder) {
        String type;
        try {
            type = Files.getFileStore(folder).type();
        } catch (IOException e) {
            return;
        }
        if (IN_MEMORY.contains(type)) {
            throw new UserException(
                    "enable_activation_offloading=True would write to " + folder + ", but that is a " + type
                            + " and its files are memory themselves; set output_dir to a folder on a disk, or set"
                            + " enable_activation_offloading=False");
        }
    }

    private final class Place implements Stored {
        private final long start;
        private final ArrayKernels kernels;
        private final DType dtype;
        private final long[] shape;
        private final long bytes;
        private boolean free;

        Place(long start, Tensor tensor) {
            this.start = start;
            this.kernels = tensor.kernels();
            this.dtype = tensor.dtype();
            this.shape = tensor.shape();
            this.bytes = tensor.byteSize();
        }

        @Override
        public Tensor take() {
            Tensor tensor = Tensor.empty(kernels, dtype, shape);
            each(start, bytes, (offset, buffer) -> kernels.write(tensor.array(), offset, buffer));
            drop();
            return tensor;
        }

        @Override
        public void drop() {
            free = true;
            while (!places.isEmpty() && places.getLast().free) {
                end = places.removeLast().start;
            }
        }
    }

    private interface Piece {
        void copy(long offset, ByteBuffer buffer);
    }

    /** The pieces of a stretch of the file. */
    private void each(long start, long bytes, Piece piece) {
        long done = 0;
        while (done < bytes) {
            long at = start + done;
            int within = (int) (at % SEGMENT_BYTES);
            int length = (int) Math.min(Math.min(PIECE_BYTES, SEGMENT_BYTES - within), bytes - done);
            ByteBuffer segment = segments.get((int) (at / SEGMENT_BYTES));
            piece.copy(done, segment.slice(within, length).order(ByteOrder.LITTLE_ENDIAN));
            done += length;
        }
    }

    @Override
    public Stored put(Tensor tensor) {
        Place place = new Place(end, tensor);
        while (end + place.bytes > (long) segments.size() * SEGMENT_BYTES) {
            extend();
        }
        try (Tensor rows = tensor.contiguous()) {
            each(place.start, place.bytes, (offset, buffer) -> rows.kernels().read(rows.array(), offset, buffer));
        }
        end += place.bytes;
        most = Math.max(most, end);
        places.addLast(place);
        return place;
    }

    /** Written before it is mapped: a mapped page that has no room on the disk would end the process. */
    private void extend() {
        DiskSpace.require(folder, SEGMENT_BYTES, "offloaded activations");
        long start = (long) segments.size() * SEGMENT_BYTES;
        try {
            ByteBuffer zeros = ByteBuffer.allocate(PIECE_BYTES);
            for (long at = start; at < start + SEGMENT_BYTES; at += PIECE_BYTES) {
                zeros.clear();
                while (zeros.hasRemaining()) {
                    channel.write(zeros, at + zeros.position());
                }
            }
            segments.add(channel.map(MapMode.READ_WRITE, start, SEGMENT_BYTES));
        } catch (IOException e) {
            throw new ResourceException(
                    "offloaded activations cannot be written to " + file + ": " + e.getMessage()
                            + "; free room there, or set enable_activation_offloading=False",
                    e);
        }
    }

    @Override
    public String describe() {
        return "a memory-mapped file in " + folder;
    }

    @Override
    public long mostBytes() {
        return most;
    }

    @Override
    public void close() {
        segments.clear();
        places.clear();
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(MappedActivations.class.getName())
                    .log(System.Logger.Level.DEBUG, "{0} was not closed: {1}", file, e.getMessage());
        }
        AtomicFiles.deleteTemporary(file);
    }
}
