// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.autograd.MappedActivations;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * Kernels on the arrays of one device. Made by a {@link BackendFactory}; closed at the end of the run, after every
 * tensor made with it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Backend extends ArrayKernels, FusedKernels, AutoCloseable {
    /** The name configs use, e.g. {@code bytedeco}. */
    String name();

    /** Describes the device and the dtypes that it computes in. */
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

    /**
     * Joins the workers of a run, each of which has a backend of its own. The caller closes the result before this backend.
     *
     * @throws UserException if there are several workers, and this backend cannot reach others
     * @throws io.tune4j.api.error.ResourceException if the workers do not come together
     */
    default Collective collective(Collective.Place place) {
        if (place.size() > 1) {
            throw new UserException("backend " + name() + " computes with one worker, and this run has " + place.size()
                    + ": set backend=bytedeco, or start it with --nproc_per_node 1");
        }
        return Collective.alone();
    }

    /** Frees what the backend keeps; tensors still alive are the caller's leak. */
    @Override
    void close();

    /**
     * The capabilities of a backend on its device. A request for more is an error that names the backends that support it.
     *
     * @param dtypes the floating dtypes in which all kernels work
     * @param nativeDtypes those of them that the hardware computes itself, without emulation
     * @param threads CPU threads that a kernel uses
     * @param description library and device in a line, e.g. {@code libtorch 2.13.0, cpu, 2 threads, avx512}
     */
    record Capabilities(Set<DType> dtypes, Set<DType> nativeDtypes, int threads, String description) {
        public Capabilities {
            dtypes = Set.copyOf(dtypes);
            nativeDtypes = Set.copyOf(nativeDtypes);
        }
    }

    /**
     * Memory in bytes: the process's resident set on the CPU, the allocator's figures on a GPU.
     *
     * @param current in use now
     * @param peak the most since the start or since {@link Backend#resetPeakMemory}
     * @param reserved held by the allocator, in use or not; equals {@code current} on the CPU
     */
    record MemoryStatistics(long current, long peak, long reserved) {}

    /**
     * The workers of a run, as one of them sees them. All workers call the same methods in the same order, each from one thread; a call ends
     * when all have made it. {@link #working} alone may be called at any time and from any thread.
     *
     * <p>A worker that ends, or that for the time of {@link Place#patience} neither makes the call that the others wait in nor says that it is
     * working, ends the waiting with a {@link io.tune4j.api.error.ResourceException} that names its rank.
     */
    interface Collective extends AutoCloseable {
        /**
         * A worker's place among the workers.
         *
         * @param host where the worker of rank 0 listens
         * @param port its port
         * @param rank of this worker, from 0
         * @param size number of workers, at least 1
         * @param patience the longest that a worker is waited for
         */
        record Place(String host, int port, int rank, int size, Duration patience) {
            public Place {
                if (size < 1 || rank < 0 || rank >= size) {
                    throw new IllegalArgumentException("rank " + rank + " of " + size);
                }
            }
        }

        /** This worker's number, from 0. */
        int rank();

        /** The number of workers. */
        int size();

        /**
         * Gives every worker every worker's message.
         *
         * @param own any bytes, of a few kilobytes at most
         * @return the messages in the order of ranks
         */
        List<byte[]> exchange(byte[] own);

        /**
         * Sends each worker a part of an array.
         *
         * @param sent one dimension, contiguous: the parts for rank 0, 1, ... one after the other, all of the same length
         * @param received one dimension, contiguous: is filled with the parts of rank 0, 1, ... for this worker
         * @param lengths of these, in elements
         */
        void distribute(Tensor sent, Tensor received, long[] lengths);

        /**
         * Gives every worker every worker's array.
         *
         * @param own one dimension, contiguous, of the same length for all
         * @param all one dimension, contiguous: is filled with the arrays of rank 0, 1, ...
         */
        void gather(Tensor own, Tensor all);

        /** Says that this worker computes; cheap enough to be called between the operations of a step. */
        void working();

        /**
         * Tells the others that this worker ends with a failure; they end with it as soon as they wait for it.
         *
         * @param reason one line
         */
        void fail(String reason);

        @Override
        void close();

        /** A single worker, which waits for nobody. */
        static Collective alone() {
            return new Alone();
        }
    }
}
