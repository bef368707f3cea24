// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.tensor.Device;
import org.junit.jupiter.api.Nested;

/**
 * Everything that a backend must do. Extend it in three lines:
 *
 * <pre>{@code
 * class MyBackendTest extends BackendConformance {
 *     @Override protected BackendFactory factory() { return new MyBackendFactory(); }
 * }
 * }</pre>
 *
 * <p>Run with {@code -Dtune4j.leakDetection=true}, or what is not given back is not seen. The factory's class is public with a
 * public constructor without parameters, because the memory test starts it in a JVM of its own.
 */
public abstract class BackendConformance {
    /** The factory under test. */
    protected abstract BackendFactory factory();

    /** The device to test; the CPU unless a subclass overrides this. */
    protected Device device() {
        return Device.CPU;
    }

    /** Number of times that the memory test uses every kernel; smaller for a slow backend. */
    protected int memoryIterations() {
        return 1000;
    }

    /** Whether the backend reaches other workers of a run; false for one that computes alone. */
    protected boolean reachesOthers() {
        return false;
    }

    @Nested
    class Collectives extends CollectiveConformance {
        @Override
        protected BackendFactory factory() {
            return BackendConformance.this.factory();
        }

        @Override
        protected Device device() {
            return BackendConformance.this.device();
        }

        @Override
        protected boolean reachesOthers() {
            return BackendConformance.this.reachesOthers();
        }
    }

    @Nested
    class Kernels extends KernelConformance {
        @Override
        protected BackendFactory factory() {
            return BackendConformance.this.factory();
        }

        @Override
        protected Device device() {
            return BackendConformance.this.device();
        }
    }

    @Nested
    class Matrices extends MatrixConformance {
        @Override
        protected BackendFactory factory() {
            return BackendConformance.this.factory();
        }

        @Override
        protected Device device() {
            return BackendConformance.this.device();
        }
    }

    @Nested
    class Storage extends StorageConformance {
        @Override
        protected BackendFactory factory() {
            return BackendConformance.this.factory();
        }

        @Override
        protected Device device() {
            return BackendConformance.this.device();
        }
    }

    @Nested
    class RandomNumbers extends RandomConformance {
        @Override
        protected BackendFactory factory() {
            return BackendConformance.this.factory();
        }

        @Override
        protected Device device() {
            return BackendConformance.this.device();
        }
    }

    @Nested
    class FusedKernels extends FusedKernelConformance {
        @Override
        protected BackendFactory factory() {
            return BackendConformance.this.factory();
        }

        @Override
        protected Device device() {
            return BackendConformance.this.device();
        }
    }

    @Nested
    class TensorLists extends TensorListConformance {
        @Override
        protected BackendFactory factory() {
            return BackendConformance.this.factory();
        }

        @Override
        protected Device device() {
            return BackendConformance.this.device();
        }
    }

    @Nested
    class FourBitWeights extends DequantizeConformance {
        @Override
        protected BackendFactory factory() {
            return BackendConformance.this.factory();
        }

        @Override
        protected Device device() {
            return BackendConformance.this.device();
        }
    }

    @Nested
    class Attention extends AttentionConformance {
        @Override
        protected BackendFactory factory() {
            return BackendConformance.this.factory();
        }

        @Override
        protected Device device() {
            return BackendConformance.this.device();
        }
    }

    @Nested
    class VectorJacobianProducts extends VectorJacobianConformance {
        @Override
        protected BackendFactory factory() {
            return BackendConformance.this.factory();
        }

        @Override
        protected Device device() {
            return BackendConformance.this.device();
        }
    }

    @Nested
    class Promises extends PromiseConformance {
        @Override
        protected BackendFactory factory() {
            return BackendConformance.this.factory();
        }

        @Override
        protected Device device() {
            return BackendConformance.this.device();
        }

        @Override
        protected int memoryIterations() {
            return BackendConformance.this.memoryIterations();
        }
    }
}
