// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.error.TuneException;

/** Receives an answer as it is generated, on the thread that steps the {@link Generator}. Implementations must not block. */
public interface GenerationListener {
    /** A listener for callers that use only the {@link Ticket}. */
    GenerationListener NONE = new GenerationListener() {};

    /** Receives a token. Its text may follow later, or never if it is part of a stop string. */
    default void token(GeneratedToken token) {}

    /** Receives the next text of the answer. */
    default void text(String more) {}

    /** Called last, when the answer is complete. */
    default void finished(Generation generation) {}

    /** Called last, if the request failed. */
    default void failed(TuneException failure) {}
}
