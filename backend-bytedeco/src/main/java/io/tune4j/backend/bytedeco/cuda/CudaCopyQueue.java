// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import static io.tune4j.backend.bytedeco.cuda.CudaCalls.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** A stream of its own, tied to the one that computes by events. */
public final class CudaCopyQueue implements CopyQueue {
    private final byte device;
    private final CUstream_st copying = new CUstream_st();
    private final Deque<CUevent_st> events = new ArrayDeque<>();

    /**
     * For a GPU.
     *
     * @param device its index
     */
    public CudaCopyQueue(int device) {
        this.device = (byte) device;
        CudaCalls.use(this.device);
        runtime(cudart.cudaStreamCreateWithFlags(copying, cudart.cudaStreamNonBlocking), "a stream for copies");
    }

    /** Memory by its address. */
    private static final class Place extends Pointer {
        Place(long address) {
            this.address = address;
        }
    }

    private final class Begun implements Copy {
        private @Nullable CUevent_st end;

        Begun(CUevent_st end) {
            this.end = end;
        }

        @Override
        public boolean isDone() {
            if (end == null) {
                return true;
            }
            int result = cudart.cudaEventQuery(end);
            if (result == cudart.cudaErrorNotReady) {
                // An answer that the thread would remember as an error.
                cudart.cudaGetLastError();
                return false;
            }
            runtime(result, "a copy of activations");
            return true;
        }

        @Override
        public void beforeNext() {
            if (end != null) {
                runtime(cudart.cudaStreamWaitEvent(CudaCalls.COMPUTING, end, 0), "waiting for a copy of activations");
            }
        }

        @Override
        public void close() {
            if (end != null) {
                events.push(end);
                end = null;
            }
        }
    }

    private CUevent_st event() {
        CUevent_st event = events.poll();
        if (event == null) {
            event = new CUevent_st();
            runtime(cudart.cudaEventCreateWithFlags(event, cudart.cudaEventDisableTiming), "an event");
        }
        return event;
    }

    @Override
    public Copy start(long source, long target, long bytes) {
        CudaCalls.use(device);
        CUevent_st event = event();
        runtime(cudart.cudaEventRecord(event, CudaCalls.COMPUTING), "a copy of activations");
        runtime(cudart.cudaStreamWaitEvent(copying, event, 0), "a copy of activations");
        try (Place from = new Place(source);
                Place to = new Place(target)) {
            runtime(
                    cudart.cudaMemcpyAsync(to, from, bytes, cudart.cudaMemcpyDefault, copying),
                    "a copy of activations");
        }
        // An earlier wait uses the event as it was recorded at that time.
        runtime(cudart.cudaEventRecord(event, copying), "a copy of activations");
        return new Begun(event);
    }

    @Override
    public void finish() {
        runtime(cudart.cudaStreamSynchronize(copying), "copies of activations");
    }

    @Override
    public void close() {
        CudaCalls.use(device);
        finish();
        for (CUevent_st event : events) {
            runtime(cudart.cudaEventDestroy(event), "an event");
            event.close();
        }
        events.clear();
        runtime(cudart.cudaStreamDestroy(copying), "a stream for copies");
        copying.close();
    }
}
