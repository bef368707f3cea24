// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.planted.api;

import io.tune4j.app.planted.engine.Machine;

/** An interface with an implementation in its signature. */
public interface LeakyApi {
    Machine machine();
}
