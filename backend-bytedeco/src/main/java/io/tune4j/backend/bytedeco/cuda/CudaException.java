package io.tune4j.backend.bytedeco.cuda;

import io.tune4j.api.error.ResourceException;

/** What CUDA answered to a call that failed. */
public final class CudaException extends ResourceException {
    private static final long serialVersionUID = 1;

    CudaException(String message) {
        super(message);
    }
}
