// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import java.util.List;
import org.apiguardian.api.API;

/** Architectures that share code, e.g. all Llama-like models. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ModelFamily {
    /** Lower case, e.g. {@code llama}. */
    String name();

    /** The family's builders, each with a name of its own. */
    List<ModelBuilder> builders();
}
