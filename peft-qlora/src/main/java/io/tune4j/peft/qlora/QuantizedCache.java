// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.error.TuneException;
import io.tune4j.api.io.DiskSpace;
import io.tune4j.api.io.LocalDisks;
import io.tune4j.api.io.Settled;
import io.tune4j.api.io.Sha256;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.safetensors.SafetensorsFile;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A quantized base on disk: a safetensors file for each weight, in a folder for each checkpoint, format and rounding. A file says
 * which version of the checkpoint it was made of and has a checksum; one that does not fit is made again, and that is said. What is
 * in the cache is not copied into memory: the backend maps the files, where they lie on a disk of this machine. Nobody writes to a file
 * that is there: a new version takes its name, and who has mapped the old one keeps that.
 */
final class QuantizedCache {
    /** Disk space that the cache leaves free. */
    private static final long SPARE_BYTES = 2L << 30;

    private static final String CODES = "codes";
    private static final String VERSION = "version";
    private static final String CHECKSUM = "crc32c";
    private static final int NAME_BYTES = 12;

    private final Path folder;
    private final String version;
    private final Scheme scheme;
    private final Consumer<String> notices;
    private boolean usable = true;
    private boolean announced;

    /** @param parent of all caches; made if it does not exist */
    QuantizedCache(
            Path parent, Scheme scheme, Rounding rounding, WeightSource.Identity source, Consumer<String> notices) {
        this.folder = parent.resolve(Sha256.name(source.place() + scheme + rounding, NAME_BYTES));
        this.version = source.version();
        this.scheme = scheme;
        this.notices = notices;
        if (Files.isDirectory(folder)) {
            Settled settled = Settled.in(folder, name -> true, name -> false);
            if (!settled.isEmpty()) {
                notices.accept("left in the quantized cache by a run that was killed: " + settled.describe());
            }
        }
    }

    private Path file(String weightName) {
        return folder.resolve(weightName + ".safetensors");
    }

    /** A weight from the cache, or null if it is not there as it should be. */
    @Nullable
    FourBitMatrix find(ArrayKernels kernels, String weightName, long rows, long elements) {
        Path path = file(weightName);
        if (!usable || !Files.exists(path)) {
            return null;
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            if (!version.equals(file.metadata().get(VERSION))) {
                notices.accept("the quantized cache " + path + " is of another version of the checkpoint: made again");
                return null;
            }
            if (!checksum(file).equals(file.metadata().get(CHECKSUM))) {
                notices.accept("the quantized cache " + path + " is corrupted: made again");
                return null;
            }
            FourBitMatrix matrix = read(kernels, file, rows, elements);
            announce("base weights come from the quantized cache " + folder);
            return matrix;
        } catch (TuneException e) {
            notices.accept("the quantized cache " + path + " is not usable and is made again: " + e.getMessage());
            return null;
        }
    }

    private FourBitMatrix read(ArrayKernels kernels, SafetensorsFile file, long rows, long elements) {
        BlockLayout layout = scheme.layout(elements);
        try (TensorScope scope = TensorScope.open()) {
            Tensor codes = map(kernels, file, CODES);
            BlockScales scales = scheme.quantizesScalers()
                    ? new BlockScales.Quantized(
                            map(kernels, file, BlockScales.Quantized.CODES),
                            copy(kernels, file, BlockScales.Quantized.FACTORS),
                            copy(kernels, file, BlockScales.Quantized.MEAN),
                            layout.blocks())
                    : new BlockScales.Plain(copy(kernels, file, BlockScales.Plain.SCALES));
            return new FourBitMatrix(rows, layout, codes, scales);
        }
    }

    private static Tensor map(ArrayKernels kernels, SafetensorsFile file, String name) {
        if (!LocalDisks.isLocal(file.path())) {
            return copy(kernels, file, name);
        }
        TensorEntry entry = entry(file, name);
        return Tensor.of(kernels, kernels.mapped(file.path(), entry.byteOffset(), entry.dtype(), entry.shape()));
    }

    private static Tensor copy(ArrayKernels kernels, SafetensorsFile file, String name) {
        TensorEntry entry = entry(file, name);
        Tensor tensor = Tensor.empty(kernels, entry.dtype(), entry.shape());
        forEachPiece(file, entry, (offset, piece) -> kernels.write(tensor.array(), offset, piece));
        return tensor;
    }

    private static TensorEntry entry(SafetensorsFile file, String name) {
        TensorEntry entry = file.entries().get(name);
        if (entry == null) {
            throw new io.tune4j.api.error.DataException(file.path() + " has no tensor " + name);
        }
        return entry;
    }

    private interface PieceUser {
        void use(long offset, ByteBuffer piece);
    }

    private static void forEachPiece(SafetensorsFile file, TensorEntry entry, PieceUser user) {
        ByteBuffer piece = TensorFiles.piece(entry.byteLength());
        for (long offset = 0; offset < entry.byteLength(); offset += piece.limit()) {
            piece.clear().limit((int) Math.min(piece.capacity(), entry.byteLength() - offset));
            file.read(entry, offset, piece);
            user.use(offset, piece.flip());
        }
    }

    /** The checksum of all tensors, in the order of their names. */
    private static String checksum(SafetensorsFile file) {
        CRC32C sum = new CRC32C();
        file.entries().values().forEach(entry -> forEachPiece(file, entry, (offset, piece) -> sum.update(piece)));
        return Long.toHexString(sum.getValue());
    }

    /**
     * Keeps a weight for the next run, and gives it back as it is read from there.
     *
     * @param matrix taken over where the result is another
     */
    FourBitMatrix keep(ArrayKernels kernels, String weightName, FourBitMatrix matrix) {
        if (!usable) {
            return matrix;
        }
        Map<String, Tensor> tensors = new TreeMap<>(matrix.scales().tensors());
        tensors.put(CODES, matrix.codes());
        long bytes = tensors.values().stream().mapToLong(Tensor::byteSize).sum();
        if (DiskSpace.free(folder) < bytes + SPARE_BYTES) {
            disable("there is no room for it");
            return matrix;
        }
        try {
            Files.createDirectories(folder);
            write(file(weightName), tensors);
            announce("the quantized base is kept in " + folder + " for the next run");
            try (SafetensorsFile file = SafetensorsFile.open(file(weightName))) {
                FourBitMatrix mapped =
                        read(kernels, file, matrix.rows(), matrix.layout().elements());
                matrix.close();
                return mapped;
            }
        } catch (TuneException | IOException e) {
            disable(String.valueOf(e.getMessage()));
            return matrix;
        }
    }

    private void write(Path path, Map<String, Tensor> tensors) {
        CRC32C sum = new CRC32C();
        tensors.values().forEach(tensor -> TensorFiles.copy(tensor, sum::update));
        SafetensorsWriter.write(
                path,
                tensors.entrySet().stream()
                        .map(entry -> new TensorSpec(
                                entry.getKey(),
                                entry.getValue().dtype(),
                                entry.getValue().shape()))
                        .toList(),
                Map.of(VERSION, version, CHECKSUM, Long.toHexString(sum.getValue())),
                (spec, sink) -> TensorFiles.copy(Objects.requireNonNull(tensors.get(spec.name())), sink));
    }

    private void disable(String why) {
        usable = false;
        notices.accept("the quantized base is not kept in " + folder + ": " + why);
    }

    private void announce(String text) {
        if (!announced) {
            announced = true;
            notices.accept(text);
        }
    }
}
