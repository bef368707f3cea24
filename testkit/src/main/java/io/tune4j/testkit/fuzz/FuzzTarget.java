// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A reader that has to survive any input: it reads it, or refuses it with an exception of the project's own kinds. */
public interface FuzzTarget {
    /** Inputs to begin with: good ones, and those that were a fault once. */
    List<byte[]> seeds() throws IOException;

    /**
     * Reads one input.
     *
     * @param folder for files; what is in it stays from one input to the next
     */
    void read(Path folder, byte[] input) throws IOException;
}
