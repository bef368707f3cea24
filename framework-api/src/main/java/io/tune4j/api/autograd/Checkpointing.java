package io.tune4j.api.autograd;

/** What a part of a model keeps that is computed again for its backward. */
public enum Checkpointing {
    /** Its input alone. */
    FULL,
    /**
     * Also results that {@link Tape#remember} was given: those that cost much to compute and little to keep (Korthikanti et al. 2022,
     * section 5).
     */
    SELECTIVE
}
