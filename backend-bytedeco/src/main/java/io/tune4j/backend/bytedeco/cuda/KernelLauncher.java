// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Runs the kernels of {@code kernels.cu} on a device, in the order of the calls. */
public interface KernelLauncher extends AutoCloseable {
    /** File name of the source, a resource of this package. */
    String SOURCE = "kernels.cu";

    /** Threads of a block that does not process a long row. */
    int THREADS = 256;

    /**
     * Submits a kernel after the device's current work, without waiting for it.
     *
     * @param kernel name in the source
     * @param blocks of the grid; with none nothing is done
     * @param threads of a block
     * @param arguments addresses, integers, and bits of doubles
     */
    void launch(String kernel, long blocks, int threads, long... arguments);

    /**
     * Submits a kernel with one thread for each element, or for each pack of elements.
     *
     * @param arguments as of {@link #launch}
     */
    default void launchForEach(String kernel, long count, long... arguments) {
        launch(kernel, (count + THREADS - 1) / THREADS, THREADS, arguments);
    }

    @Override
    void close();

    /** The source's text. */
    static String source() {
        try (InputStream in = KernelLauncher.class.getResourceAsStream(SOURCE)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + SOURCE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
