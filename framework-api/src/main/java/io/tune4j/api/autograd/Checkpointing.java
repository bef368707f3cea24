package io.tune4j.api.autograd;

import org.apiguardian.api.API;

/** What a part of a model keeps that is computed again for its backward. */
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
