// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.UserException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a model: one safetensors file or several, seen as one set of named tensors. Safe for use by several
 * threads.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Checkpoint implements AutoCloseable {
    private final String origin;
    private final Map<Path, SafetensorsFile> files = new LinkedHashMap<>();
    private final SortedMap<String, TensorEntry> entries = new TreeMap<>();
    private final Map<String, TensorEntry> stored = new HashMap<>();
    private final Map<String, PairedRows> paired = new HashMap<>();

    private Checkpoint(String origin) {
        this.origin = origin;
    }

    /**
     * Opens a model's directory or a single file. In a directory {@code model.safetensors} is taken if it is there,
     * else the shards that {@code model.safetensors.index.json} names, which must hold exactly the tensors it names.
     *
     * @throws UserException if something is missing, broken, or a pickle; the message says what to do
     */
    public static Checkpoint open(Path directoryOrFile) {
        return open(directoryOrFile, List.of());
    }

    /**
     * Opens a model's directory or a single file, in safetensors or another format. A directory without safetensors files
     * is searched for PyTorch's: {@code pytorch_model.bin}, or the shards of {@code pytorch_model.bin.index.json}.
     *
     * @param others formats to try before safetensors
     * @throws UserException as above
     */
    public static Checkpoint open(Path directoryOrFile, List<WeightFileFormat> others) {
        CheckpointFiles found = CheckpointFiles.find(directoryOrFile);
        return open(directoryOrFile.toString(), found.files(), found.index(), others);
    }

    /**
     * Opens an explicit list of files.
     *
     * @throws UserException as above, or if a tensor's name is in two files
     */
    public static Checkpoint open(List<Path> files) {
        return open(files, null, List.of());
    }

    /**
     * Opens an explicit list of files, in safetensors or another format and in any layout. Names and rows are then as here.
     *
     * @param layout of the files; null for Hugging Face's
     * @param others formats to try before safetensors
     * @throws UserException as above
     */
    public static Checkpoint open(List<Path> files, @Nullable CheckpointLayout layout, List<WeightFileFormat> others) {
        if (files.isEmpty()) {
            throw new DataException("the list of checkpoint files is empty; name at least one .safetensors file");
        }
        String origin = files.size() == 1 ? files.get(0).toString() : files.size() + " files like " + files.get(0);
        Checkpoint checkpoint = open(origin, files, null, others);
        if (layout != null) {
            checkpoint.rename(layout);
        }
        return checkpoint;
    }

    private void rename(CheckpointLayout layout) {
        List<TensorEntry> all = List.copyOf(entries.values());
        entries.clear();
        for (TensorEntry entry : all) {
            String name = layout.rename(entry.name());
            if (name != null) {
                entries.put(
                        name,
                        new TensorEntry(
                                name,
                                entry.storedType(),
                                entry.shape(),
                                entry.byteOffset(),
                                entry.byteLength(),
                                entry.file()));
                stored.put(name, entry);
                int heads = layout.pairedHeads(name);
                if (heads > 0) {
                    paired.put(name, new PairedRows(entry.shape()[0] / heads));
                }
            }
        }
    }

    private static Checkpoint open(
            String origin, List<Path> files, @Nullable ShardIndex index, List<WeightFileFormat> others) {
        Checkpoint checkpoint = new Checkpoint(origin);
        boolean done = false;
        try {
            files.forEach(file -> checkpoint.add(file, index, others));
            if (index != null) {
                index.check(checkpoint.entries);
            }
            done = true;
            return checkpoint;
        } finally {
            if (!done) {
                checkpoint.close();
            }
        }
    }

    private void add(Path path, @Nullable ShardIndex index, List<WeightFileFormat> others) {
        if (files.containsKey(path)) {
            throw new DataException("the checkpoint file " + path + " is listed twice; name it once");
        }
        SafetensorsFile file = SafetensorsFile.openWeights(path, others);
        files.put(path, file);
        for (TensorEntry entry : file.entries().values()) {
            TensorEntry other = entries.putIfAbsent(entry.name(), entry);
            if (other != null && index != null) {
                throw index.twice(other, entry);
            }
            if (other != null) {
                throw new DataException(
                        "tensor " + Names.quote(entry.name()) + " is in two files, " + other.file() + " and " + path
                                + "; take the file that does not belong to the model out of checkpointer.checkpoint_files");
            }
        }
    }

    /** All tensors, sorted by name. */
    public SortedMap<String, TensorEntry> entries() {
        return Collections.unmodifiableSortedMap(entries);
    }

    /** @throws UserException if there is no such tensor; the message names the nearest */
    public TensorEntry entry(String name) {
        TensorEntry entry = entries.get(name);
        if (entry == null) {
            throw new DataException("there is no tensor '" + name + "' in " + origin
                    + Names.nearest(name, entries.keySet()) + "; check that the checkpoint belongs to this model");
        }
        return entry;
    }

    /** The files' {@code __metadata__} in one map; where files differ, the first one's value. */
    public Map<String, String> metadata() {
        Map<String, String> all = new LinkedHashMap<>();
        for (SafetensorsFile file : files.values()) {
            file.metadata().forEach(all::putIfAbsent);
        }
        return all;
    }

    /** The files, in the order in which they were listed, or by name. */
    public List<Path> files() {
        return List.copyOf(files.keySet());
    }

    /** Sum of all tensors' bytes. */
    public long byteLength() {
        return entries.values().stream().mapToLong(TensorEntry::byteLength).sum();
    }

    /** The version of each file at the first call, by file name. */
    public SortedMap<String, FileVersion> versions() {
        SortedMap<String, FileVersion> all = new TreeMap<>();
        files.forEach((path, file) -> all.put(String.valueOf(path.getFileName()), file.version()));
        return all;
    }

    /**
     * Verifies that the files are those that were opened, and unchanged.
     *
     * @throws UserException naming the file if one is gone, another, or its size, time, header or samples of its content have changed
     */
    public void requireUnchanged() {
        files.values().forEach(SafetensorsFile::requireUnchanged);
    }

    /**
     * Proves that no file of which parts are mapped was written to or cut short: cheap enough for every step.
     *
     * @throws UserException naming the file
     */
    public void requireMappedUnchanged() {
        files.values().forEach(SafetensorsFile::requireMappedUnchanged);
    }

    /** Says that a tensor of {@link #inOrder} is going to be mapped; its file is then looked at first. */
    public void willMap(TensorEntry entry) {
        SafetensorsFile file = fileOf(entry);
        file.mark();
        file.requireMappedUnchanged();
    }

    /** Like {@link SafetensorsFile#read}. */
    public void read(TensorEntry entry, long byteOffset, ByteBuffer target) {
        TensorEntry in = stored.getOrDefault(entry.name(), entry);
        PairedRows rows = paired.get(entry.name());
        if (rows == null) {
            fileOf(entry).read(in, byteOffset, target);
            return;
        }
        long rowBytes = entry.byteLength() / entry.shape()[0];
        int end = target.limit();
        for (long at = byteOffset; target.position() < end; ) {
            long inRow = at % rowBytes;
            int length = (int) Math.min(rowBytes - inRow, end - target.position());
            target.limit(target.position() + length);
            fileOf(entry).read(in, rows.stored(at / rowBytes) * rowBytes + inRow, target);
            at += length;
        }
        target.limit(end);
    }

    /** The tensor as its file stores it; null if the file stores its rows in another order. */
    public @Nullable TensorEntry inOrder(TensorEntry entry) {
        return paired.containsKey(entry.name()) ? null : stored.getOrDefault(entry.name(), entry);
    }

    /** Like {@link SafetensorsFile#map}. */
    public List<ByteBuffer> map(TensorEntry entry) {
        if (paired.containsKey(entry.name())) {
            throw new InternalException(entry + " is stored in another order and cannot be mapped");
        }
        return fileOf(entry).map(stored.getOrDefault(entry.name(), entry));
    }

    private SafetensorsFile fileOf(TensorEntry entry) {
        SafetensorsFile file = files.get(entry.file());
        if (file == null) {
            throw new InternalException(entry + " is not an entry of " + origin);
        }
        return file;
    }

    @Override
    public void close() {
        files.values().forEach(SafetensorsFile::close);
    }

    /** Another project's names and order of the weights of a checkpoint. */
    public interface CheckpointLayout {
        /**
         * The name here.
         *
         * @param stored the name in the file
         * @return null for a tensor that no model needs
         */
        @Nullable
        String rename(String stored);

        /**
         * Attention heads whose rows are stored as pairs of neighbours where they belong half a head apart, because positions are
         * rotated that way there; 0 for rows that are in order.
         *
         * @param name here
         */
        int pairedHeads(String name);
    }

    /**
     * Distinguishes a checkpoint's file from another of the same name.
     *
     * @param content its size and a digest of its header and of samples of what it holds
     * @param modified when it was last written to
     */
    public record FileVersion(String content, String modified) {}
}
