package io.tune4j.backend.bytedeco.cuda;

/** What CUDA answered to a call that failed. */
public final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CudaException(String message) {
        super(message);
    }
}
