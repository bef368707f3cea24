// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import org.apiguardian.api.API;

/** Whether the user asked to stop (Ctrl-C, SIGTERM). Ask between micro-batches; save and return when it is so. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface Cancellation {
    /** Whether the user asked for the end; once true, it stays so. May be called by any thread. */
    boolean isRequested();
}
