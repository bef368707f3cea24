package io.tune4j.api.autograd;

/** The results that a recomputed part of a model keeps from its first pass. */
public enum Checkpointing {
    /** Its input alone. */
    FULL,
    /**
     * Also results that {@link Tape#remember} was given: those that cost much to compute and little to keep (Korthikanti et al. 2022,
     * section 5).
     */
    SELECTIVE
}
