// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import static io.tune4j.backend.bytedeco.cuda.CudaCalls.runtime;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;

/** A position in the work submitted to a GPU. */
public final class CudaMark implements AutoCloseable {
    private final CUevent_st event = new CUevent_st();

    /**
     * Behind all that was issued so far.
     *
     * @param device index of the GPU
     */
    public CudaMark(int device) {
        CudaCalls.use((byte) device);
        runtime(cudart.cudaEventCreateWithFlags(event, cudart.cudaEventDisableTiming), "an event");
        runtime(cudart.cudaEventRecord(event, CudaCalls.COMPUTING), "an event");
    }

    /** Waits until the GPU has come here. */
    public void await() {
        runtime(cudart.cudaEventSynchronize(event), "waiting for the GPU");
    }

    @Override
    public void close() {
        runtime(cudart.cudaEventDestroy(event), "an event");
        event.close();
    }
}
