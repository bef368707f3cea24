// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.tensor;

import org.apiguardian.api.API;

/**
 * A backend's array: an opaque handle to native memory. A view (from {@link ArrayKernels#narrow} and the like) is an
 * array of its own that keeps the memory it looks at alive until it is closed too.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Array extends AutoCloseable {
    /** The dtype of all elements. */
    DType dtype();

    /** Lengths of the dimensions; empty for a scalar. The caller must not change it. */
    long[] shape();

    /** Gives the memory back at once, unless a view still needs it. Calling it twice is a bug. */
    @Override
    void close();
}
