// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.autograd;

import org.apiguardian.api.API;

/** The results that a recomputed part of a model keeps from its first pass. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Checkpointing {
    /** Its input alone. */
    FULL,
    /**
     * Also results that {@link Tape#remember} was given: those that cost much to compute and little to keep (Korthikanti et al. 2022,
     * section 5).
     */
    SELECTIVE
}
