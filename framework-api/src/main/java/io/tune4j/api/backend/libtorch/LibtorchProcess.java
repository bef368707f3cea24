// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend.libtorch;

import io.tune4j.api.error.UserException;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A process has room for one libtorch: two builds of it register the same operators and abort the JVM. Backends claim the
 * place before they load theirs; the API is shared by all plugins, so this sees every one of them.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LibtorchProcess {
    private static @Nullable String owner;

    private LibtorchProcess() {}

    /**
     * Takes the place, or goes on where the same backend has it already.
     *
     * @param backend the name that configs use
     * @throws UserException if another backend's libtorch is loaded
     */
    public static synchronized void claim(String backend) {
        if (owner != null && !owner.equals(backend)) {
            throw new UserException("backend '" + backend + "' cannot be loaded: backend '" + owner
                    + "' has loaded its own libtorch into this process, and two of them cannot share one.\n"
                    + "Next: run each backend in a process of its own.");
        }
        owner = backend;
    }

    /** Gives the place back after a library that could not be loaded. */
    public static synchronized void release(String backend) {
        if (backend.equals(owner)) {
            owner = null;
        }
    }
}
