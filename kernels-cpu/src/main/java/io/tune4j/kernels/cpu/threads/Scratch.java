// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.threads;

/** Memory that a kernel works in, given back together when it closes. One thread uses it. */
public interface Scratch extends AutoCloseable {
    /**
     * Memory with any content.
     *
     * @return its address, a multiple of 64
     */
    long take(long bytes);

    @Override
    void close();
}
