// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.planted.api;

import org.apiguardian.api.API;

/** Promises something with an internal type in its signature. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface LeakyPromise {
    Part part();
}
