// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import io.tune4j.api.error.ResourceException;

/** The error of a failed CUDA call. */
public final class CudaException extends ResourceException {
    private static final long serialVersionUID = 1;

    CudaException(String message) {
        super(message);
    }
}
