// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.torch;

import io.tune4j.api.error.DataException;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.WeightFileFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;

/** Weights as PyTorch 1.6 and newer save them: see {@link TorchArchive}. */
public final class TorchFormat implements WeightFileFormat {
    private static final byte[] ZIP = {'P', 'K', 3, 4};

    /** Whether the file begins as a zip archive. */
    @Override
    public boolean recognizes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(ZIP.length), ZIP);
        } catch (IOException e) {
            // Whoever opens the file next says what is wrong with it.
            return false;
        }
    }

    /** @throws DataException if the archive is damaged, or its pickle describes anything but tensors by name */
    @Override
    public SortedMap<String, TensorEntry> entries(Path file, FileChannel channel) throws IOException {
        return TorchArchive.read(file, channel);
    }
}
