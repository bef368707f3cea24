// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.batch.SequenceLayout;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One forward pass through a model.
 *
 * @param tape where to record
 * @param layout which rows form which sequence
 * @param training whether dropout is on
 * @param randomKey from which every random draw of this pass is derived, so that a recomputed layer and a resumed run
 *     draw the same numbers
 * @param adapters which adapter each row goes through, where the model was built with several; null for a model that has one
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Pass(
        Tape tape,
        SequenceLayout layout,
        boolean training,
        long randomKey,
        @Nullable AdapterRows adapters) {
    /** A pass through a model with one adapter, or none. */
    public Pass(Tape tape, SequenceLayout layout, boolean training, long randomKey) {
        this(tape, layout, training, randomKey, null);
    }

    /** Copies this pass with another tape, for recomputed layers. */
    public Pass withTape(Tape other) {
        return new Pass(other, layout, training, randomKey, adapters);
    }

    /** Copies this pass with other adapters, as for some of its rows. */
    public Pass withAdapters(@Nullable AdapterRows others) {
        return new Pass(tape, layout, training, randomKey, others);
    }

    /** Whether a part is recomputed for its backward only, so that its result is never read. */
    public boolean isReplay() {
        return tape.isReplay();
    }

    /** Copies this pass with its own random draws, for a part that is computed several times. */
    public Pass withKey(long salt) {
        return new Pass(tape, layout, training, RandomKeys.derive(randomKey, salt), adapters);
    }

    /** The seed of the random numbers that belong to a name. */
    public long seedFor(String name) {
        return RandomKeys.derive(randomKey, name);
    }
}
