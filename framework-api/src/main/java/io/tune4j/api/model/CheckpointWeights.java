// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.error.DataException;
import io.tune4j.api.io.LocalDisks;
import io.tune4j.api.io.Staging;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apiguardian.api.API;

/**
 * Weights from safetensors files. They go from the file into the tensor's memory in pieces, so a load needs no second
 * copy of a weight, also where its dtype changes. A large weight of the wanted dtype is mapped where the backend can: an embedding of a
 * billion bytes is then the system's page cache and not this process's memory.
 *
 * <p>On a disk of another machine nothing is mapped, because its files may change under us without anybody on this machine. On a disk
 * of this one the file is looked at before it is mapped, and {@link Checkpoint#requireMappedUnchanged} before each step. What remains: a
 * file that is cut short within a step ends the process (SIGBUS) where a page is read that is gone, as does a disk that fails; what was
 * saved before stays.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class CheckpointWeights implements WeightSource {
    /** A smaller weight is not worth a mapping of its own. */
    private static final long MAPPED_BYTES = 32L << 20;

    private final Checkpoint checkpoint;

    /** @param checkpoint stays the caller's to close */
    public CheckpointWeights(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** The files' paths; their sizes, times of change, headers and samples of their content. */
    @Override
    public Identity identity() {
        StringBuilder places = new StringBuilder();
        StringBuilder versions = new StringBuilder();
        for (Path file : checkpoint.files()) {
            try {
                places.append(file.toRealPath()).append('\n');
                versions.append(Files.size(file))
                        .append(' ')
                        .append(Files.getLastModifiedTime(file))
                        .append('\n');
            } catch (IOException e) {
                throw new DataException("cannot look at " + file + ": " + e.getMessage(), e);
            }
        }
        checkpoint.versions().values().forEach(version -> versions.append(version.content())
                .append('\n'));
        return new Identity(places.toString(), versions.toString());
    }

    @Override
    public boolean has(String name) {
        return checkpoint.entries().containsKey(name);
    }

    @Override
    public Tensor load(ArrayKernels kernels, String name, DType dtype) {
        TensorEntry entry = floating(name);
        TensorEntry stored =
                entry.dtype() == dtype && entry.byteLength() >= MAPPED_BYTES ? checkpoint.inOrder(entry) : null;
        if (stored != null && stored.byteOffset() % dtype.byteSize() == 0 && LocalDisks.isLocal(stored.file())) {
            checkpoint.willMap(stored);
            return Tensor.of(kernels, kernels.mapped(stored.file(), stored.byteOffset(), dtype, stored.shape()));
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor weight = Tensor.empty(kernels, dtype, entry.shape());
            fill(entry, weight);
            return scope.escape(weight);
        }
    }

    /** A tensor of any dtype as it is stored, which need not be a weight. */
    public Tensor loadAsStored(ArrayKernels kernels, String name) {
        TensorEntry entry = checkpoint.entry(name);
        try (TensorScope scope = TensorScope.open()) {
            Tensor tensor = Tensor.empty(kernels, entry.dtype(), entry.shape());
            fill(entry, tensor);
            return scope.escape(tensor);
        }
    }

    @Override
    public void loadInto(String name, Tensor target) {
        TensorEntry entry = floating(name);
        if (!Arrays.equals(entry.shape(), target.shape())) {
            throw new DataException("tensor '" + name + "' in " + entry.file() + " has shape "
                    + Arrays.toString(entry.shape()) + ", but the model needs " + Arrays.toString(target.shape())
                    + "; check that the checkpoint belongs to this model");
        }
        fill(entry, target);
    }

    private TensorEntry floating(String name) {
        TensorEntry entry = checkpoint.entry(name);
        if (!entry.dtype().isFloating()) {
            throw new DataException("tensor '" + name + "' in " + entry.file() + " has dtype " + entry.storedType()
                    + ", but a weight must be BF16, F16, F32 or F64. If the checkpoint is quantized, take the original"
                    + " one: quantization is chosen by the run's config");
        }
        return entry;
    }

    private void fill(TensorEntry entry, Tensor target) {
        int elementBytes = entry.dtype().byteSize();
        long elements = target.elementCount();
        if (entry.dtype() == target.dtype()) {
            try (Tensor flat = target.reshape(elements)) {
                target.kernels().load(flat.array(), (offset, piece) -> checkpoint.read(entry, offset, piece));
            }
            return;
        }
        ByteBuffer bytes = Staging.buffer(elements * elementBytes);
        int piece = Math.max(1, bytes.capacity() / elementBytes);
        try (TensorScope scope = TensorScope.open()) {
            ArrayKernels kernels = target.kernels();
            Tensor flat = target.reshape(elements);
            Tensor staging = Tensor.empty(kernels, entry.dtype(), piece);
            for (long start = 0; start < elements; start += piece) {
                int count = (int) Math.min(piece, elements - start);
                bytes.clear().limit(count * elementBytes);
                checkpoint.read(entry, start * elementBytes, bytes);
                bytes.flip();
                kernels.write(staging.array(), 0, bytes);
                try (Tensor from = staging.rows(0, count);
                        Tensor into = flat.rows(start, count)) {
                    into.copyFrom(from);
                }
            }
        }
    }
}
