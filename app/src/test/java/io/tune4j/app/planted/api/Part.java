// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.planted.api;

import org.apiguardian.api.API;

/** A type that may change in any release. */
@API(status = API.Status.INTERNAL, since = "0.1")
public interface Part {}
