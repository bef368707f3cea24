// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.SortedMap;
import org.apiguardian.api.API;

/**
 * A format of weight files besides safetensors. Its files must hold each tensor's elements as safetensors does: in one
 * piece, little-endian, row by row, and uncompressed.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface WeightFileFormat {
    /**
     * Whether a file is of this format, judged by its first bytes.
     *
     * @param file a regular file that exists
     */
    boolean recognizes(Path file);

    /**
     * Finds out where each tensor lies.
     *
     * @param file for messages and for the entries
     * @param channel the open file, to be read at absolute positions
     * @return the tensors by name
     * @throws DataException if the file is damaged or holds anything but tensors
     */
    SortedMap<String, TensorEntry> entries(Path file, FileChannel channel) throws IOException;
}
