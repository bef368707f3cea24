// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.reference;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.util.List;
import java.util.Set;

/** The backend {@code java}: slow, without native code, for tests. */
public class JavaBackendFactory implements BackendFactory {
    static final String NAME = "java";
    private static final Set<DType> DTYPES = Set.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "plain Java, for tests of plugins";
    }

    @Override
    public List<Device> devices() {
        return List.of(Device.CPU);
    }

    @Override
    public Backend create(BackendOptions options) {
        if (!options.device().isCpu()) {
            throw new UserException("backend java has no device '" + options.device() + "'; it has cpu");
        }
        if (!DTYPES.contains(options.dtype())) {
            throw new UserException(
                    "backend java does not compute in " + options.dtype() + ": use dtype=fp32, bf16 or fp64");
        }
        return open(Math.max(1, options.threads()));
    }

    /** Constructor for faulty copies in tests of the kit. */
    protected Backend open(int threads) {
        return new JavaBackend(threads);
    }
}
