// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.torch;

import io.tune4j.api.error.DataException;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.TensorEntry.StoredType;
import io.tune4j.engine.torch.TensorPickle.StoredTensor;
import io.tune4j.engine.torch.TensorPickle.UnexpectedContent;
import io.tune4j.engine.torch.ZipDirectory.Member;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A {@code .bin}, {@code .pt} or {@code .pth} file of PyTorch 1.6 or newer: a zip archive with uncompressed elements
 * and a pickle that says which tensor lies where. The pickle is read as data (see {@link TensorPickle}), never run, so such a
 * file is as harmless here as safetensors.
 */
final class TorchArchive {
    private static final String PICKLE = "data.pkl";
    private static final int LARGEST_PICKLE = 32 << 20;
    private static final int LONGEST_NAME = 200;

    private static final Map<String, StoredType> TYPES = Map.of(
            "FloatStorage", StoredType.F32,
            "BFloat16Storage", StoredType.BF16,
            "HalfStorage", StoredType.F16,
            "DoubleStorage", StoredType.F64,
            "LongStorage", StoredType.I64,
            "IntStorage", StoredType.I32,
            "ShortStorage", StoredType.I16,
            "CharStorage", StoredType.I8,
            "ByteStorage", StoredType.U8,
            "BoolStorage", StoredType.BOOL);

    private final Path path;
    private final Map<String, Member> members;

    private TorchArchive(Path path, Map<String, Member> members) {
        this.path = path;
        this.members = members;
    }

    /** @throws DataException if the archive is damaged, or holds anything but tensors by name */
    static SortedMap<String, TensorEntry> read(Path path, FileChannel channel) throws IOException {
        Map<String, Member> members = ZipDirectory.read(path, channel);
        String pickleName = members.keySet().stream()
                .filter(name -> name.endsWith("/" + PICKLE) || name.equals(PICKLE))
                .findFirst()
                .orElse(null);
        Member pickle = pickleName == null ? null : members.get(pickleName);
        if (pickleName == null || pickle == null || !pickle.stored() || pickle.size() > LARGEST_PICKLE) {
            throw new DataException(path + " is a zip archive, but not one with weights that PyTorch wrote (it has no "
                    + PICKLE + "); name the files of the checkpoint");
        }
        String folder = pickleName.substring(0, pickleName.length() - PICKLE.length());
        ByteBuffer bytes = ByteBuffer.allocate((int) pickle.size());
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, pickle.offset() + bytes.position()) < 0) {
                throw new DataException(path + " became shorter while it was being read; try again");
            }
        }
        return new TorchArchive(path, members).header(folder, bytes.array());
    }

    private SortedMap<String, TensorEntry> header(String folder, byte[] pickle) {
        Map<String, StoredTensor> tensors;
        try {
            tensors = TensorPickle.read(pickle);
        } catch (UnexpectedContent e) {
            throw new DataException(
                    path + " is refused: " + e.getMessage()
                            + ". Use the model's safetensors files, or, if you trust its"
                            + " origin, convert it in Python: torch.load it and safetensors.torch.save_file the result",
                    e);
        }
        Member order = members.get(folder + "byteorder");
        if (order != null && order.size() != "little".length()) {
            throw new DataException(path + " was written by a big-endian machine; convert it on one");
        }
        SortedMap<String, TensorEntry> entries = new TreeMap<>();
        tensors.forEach((name, tensor) ->
                entries.put(name, entry(name, tensor, members.get(folder + "data/" + tensor.storage()))));
        return Collections.unmodifiableSortedMap(entries);
    }

    private TensorEntry entry(String name, StoredTensor tensor, @Nullable Member member) {
        StoredType type = TYPES.get(tensor.type());
        if (type == null || member == null || !member.stored()) {
            throw damaged(name, type == null ? "has the element type " + tensor.type() : "has no elements in it");
        }
        long elements = 1;
        try {
            for (long length : tensor.shape()) {
                if (length < 0) {
                    throw damaged(name, "has a negative length");
                }
                elements = Math.multiplyExact(elements, length);
            }
            long bytes = Math.multiplyExact(elements, type.bits() / 8L);
            long offset = Math.multiplyExact(tensor.offset(), type.bits() / 8L);
            if (offset < 0 || offset > member.size() - bytes) {
                throw damaged(name, "lies outside of its storage");
            }
            if (!isContiguous(tensor)) {
                throw damaged(name, "is a transposed view, which is not read");
            }
            long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
            return new TensorEntry(name, type, shape, member.offset() + offset, bytes, path);
        } catch (ArithmeticException e) {
            throw new DataException(path + ": tensor " + quoted(name) + " is larger than any file", e);
        }
    }

    private static boolean isContiguous(StoredTensor tensor) {
        List<Long> shape = tensor.shape();
        if (tensor.strides().size() != shape.size()) {
            return false;
        }
        long stride = 1;
        for (int i = shape.size() - 1; i >= 0; i--) {
            if (shape.get(i) != 1 && tensor.strides().get(i) != stride) {
                return false;
            }
            stride *= shape.get(i);
        }
        return true;
    }

    private DataException damaged(String name, String what) {
        return new DataException(path + ": tensor " + quoted(name) + " " + what
                + "; use the model's safetensors files, or download this one again");
    }

    /** Clipped and without control characters, because a damaged file's names are arbitrary. */
    private static String quoted(String name) {
        String clipped = name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "...";
        return "'" + clipped.replaceAll("\\p{Cntrl}", "?") + "'";
    }
}
