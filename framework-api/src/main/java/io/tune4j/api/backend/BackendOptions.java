// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.io.UserFolders;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/**
 * The options with which a run opens a backend.
 *
 * @param device the device to open
 * @param dtype the run's compute dtype, so that the backend can warn when the hardware lacks it
 * @param threads CPU threads of one kernel, at least 1; 0 for the number of physical cores
 * @param notices takes one-line warnings for the user, such as the measured cost of an emulated dtype
 * @param cache the user's folder for what can be made again, such as unpacked libraries; it need not exist
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record BackendOptions(Device device, DType dtype, int threads, Consumer<String> notices, Path cache) {
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
