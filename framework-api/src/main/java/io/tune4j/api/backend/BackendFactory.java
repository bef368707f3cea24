// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.io.UserFolders;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/**
 * Makes a backend by name. Listing factories must load no native code: only {@link #create} and {@link #devices} may.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface BackendFactory {
    /** The word for {@code backend:} in a config, lower case. */
    String name();

    /** One line for {@code tune plugins}. */
    String summary();

    /** The backend with the highest preference runs when the config names none. The bundled backends use 0 to 100. */
    default int preference() {
        return 0;
    }

    /**
     * The usable devices, found by loading the native library.
     *
     * @throws io.tune4j.api.error.ResourceException if the library cannot be loaded; says what was found and what to do
     */
    List<Device> devices();

    /**
     * Opens the requested device, or fails; it never falls back to another.
     *
     * @throws io.tune4j.api.error.ResourceException if the device or its library is missing: says what was found
     *     (driver, library, device count) and what to do
     */
    Backend create(BackendOptions options);

    /**
     * The memory that the host's allocator loses between blocks, as a share of the memory that a step allocates and frees. It grows with
     * the temporaries of kernels. For forecasts: a measured constant, whose call loads no native code.
     *
     * @param dtype that is computed in
     */
    default double allocatorLoss(DType dtype) {
        return 0.25;
    }

    /**
     * The options with which a run opens a backend.
     *
     * @param device the device to open
     * @param dtype the run's compute dtype, so that the backend can warn when the hardware lacks it
     * @param threads CPU threads of one kernel, at least 1; 0 for the number of physical cores
     * @param notices takes one-line warnings for the user, such as the measured cost of an emulated dtype
     * @param cache the user's folder for what can be made again, such as unpacked libraries; it need not exist
     */
    record BackendOptions(Device device, DType dtype, int threads, Consumer<String> notices, Path cache) {
        public BackendOptions {
            if (threads < 0) {
                throw new IllegalArgumentException("threads must not be negative: " + threads);
            }
        }

        /** Options with the cache folder that this process's environment names. */
        public BackendOptions(Device device, DType dtype, int threads, Consumer<String> notices) {
            this(device, dtype, threads, notices, UserFolders.cache(System.getenv()));
        }
    }
}
