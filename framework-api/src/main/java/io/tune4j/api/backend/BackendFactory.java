package io.tune4j.api.backend;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.util.List;
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

    /** Which one runs when the config names none: the highest. The bundled backends use 0 to 100. */
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
     * Opens the device that was asked for, or fails; it never falls back to another.
     *
     * @throws io.tune4j.api.error.ResourceException if the device or its library is missing: says what was found
     *     (driver, library, device count) and what to do
     */
    Backend create(BackendOptions options);

    /**
     * What the host's allocator holds between blocks, as a part of the memory that comes and goes in a step: the more temporaries kernels make,
     * the more. For forecasts; a measured number, which loads no native code.
     *
     * @param dtype that is computed in
     */
    default double allocatorLoss(DType dtype) {
        return 0.25;
    }
}
