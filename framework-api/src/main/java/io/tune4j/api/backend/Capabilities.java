// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.tensor.DType;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * The capabilities of a backend on its device. A request for more is an error that names the backends that support it.
 *
 * @param dtypes the floating dtypes in which all kernels work
 * @param nativeDtypes those of them that the hardware computes itself, without emulation
 * @param threads CPU threads that a kernel uses
 * @param description library and device in a line, e.g. {@code libtorch 2.13.0, cpu, 2 threads, avx512}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Capabilities(Set<DType> dtypes, Set<DType> nativeDtypes, int threads, String description) {
    public Capabilities {
        dtypes = Set.copyOf(dtypes);
        nativeDtypes = Set.copyOf(nativeDtypes);
    }
}
