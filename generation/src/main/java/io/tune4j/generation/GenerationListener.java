// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.error.TuneException;

/** Takes an answer as it comes, on the thread that steps the {@link Generator}; an implementation does not block. */
public interface GenerationListener {
    /** A listener for those who look at the {@link Ticket} alone. */
    GenerationListener NONE = new GenerationListener() {};

    /** Takes a token; its text may come later, or never if it is part of a stop string. */
    default void token(GeneratedToken token) {}

    /** Takes further text of the answer. */
    default void text(String more) {}

    /** The answer is complete. Nothing comes after this. */
    default void finished(Generation generation) {}

    /** There is no answer. Nothing comes after this. */
    default void failed(TuneException failure) {}
}
