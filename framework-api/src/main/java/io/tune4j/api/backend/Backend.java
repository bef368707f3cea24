// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.autograd.MappedActivations;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.apiguardian.api.API;

/**
 * Kernels on the arrays of one device. Made by a {@link BackendFactory}; closed at the end of the run, after every
 * tensor made with it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Backend extends ArrayKernels, FusedKernels, AutoCloseable {
    /** The name configs use, e.g. {@code bytedeco}. */
    String name();

    Capabilities capabilities();

    /** Memory of the device now and at its peak. */
    MemoryStatistics memory();

    /** Starts a new peak measurement. */
    void resetPeakMemory();

    /** Waits until all kernels issued so far have finished; nothing to do where kernels are synchronous. */
    void synchronize();

    /**
     * Names everything besides the operands that the last bits of results depend on: the processor, its instructions, the chosen
     * libraries, the number of threads. One line, which a run records in its state.
     */
    default String arithmetic() {
        return "";
    }

    /**
     * Computes as a run did that recorded this; called before any kernel.
     *
     * @param arithmetic what {@link #arithmetic} said then
     * @return false if that is impossible here, so that last bits may differ
     */
    default boolean repeat(String arithmetic) {
        return arithmetic.equals(arithmetic());
    }

    /** Describes the backend for {@code tune doctor}; may measure for a second. */
    default Diagnosis diagnose() {
        return new Diagnosis(List.of(), List.of());
    }

    /**
     * Result of {@link #diagnose}.
     *
     * @param lines for the user, such as a table of measured rates
     * @param findings what is wrong or slow, each with what to do about it
     */
    record Diagnosis(List<String> lines, List<String> findings) {}

    /**
     * Whether kernels return before they have computed, so that the host can be ahead of the device, and {@link #read} is of use.
     */
    default boolean computesAhead() {
        return false;
    }

    /**
     * Begins to read a number that will be needed later. On a device that computes ahead this waits for nothing, and asking for the
     * value waits until it has been computed, but not for what was issued after it.
     *
     * @param scalar one element, of any shape; may be closed afterwards
     */
    default Reading read(Tensor scalar) {
        double value = scalar.item();
        return () -> value;
    }

    /** A number on its way to the host. */
    @FunctionalInterface
    interface Reading extends AutoCloseable {
        /** The number; call this on the thread that began to read it. */
        double value();

        @Override
        default void close() {}
    }

    /**
     * Kernels on arrays in the process's own memory, for what a device should not hold; this backend itself if its arrays are there
     * already, or it can have them nowhere else. Lives as long as this backend.
     */
    default Backend host() {
        return this;
    }

    /**
     * Memory outside of the device's for activations that wait for the backward. A memory-mapped file, unless the backend knows
     * better.
     *
     * @param folder for the file
     */
    default ActivationStore activationStore(Path folder) {
        return MappedActivations.in(folder);
    }

    /** Frees what the backend keeps; tensors still alive are the caller's leak. */
    @Override
    void close();
}
