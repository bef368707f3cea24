// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.batch.SequenceLayout;
import java.util.Arrays;
import java.util.stream.LongStream;
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

    /** Copies this pass for the rows of one adapter, which draws as it would in a pass of its own. */
    public Pass ofAdapter(int adapter) {
        long key = adapters == null ? randomKey : adapters.randomKey(adapter, randomKey);
        return new Pass(tape, layout, training, key, null);
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

    /**
     * Which adapter each row of a pass goes through, where a model was built with several adapters: 0 is
     * the base model alone, i the i-th adapter.
     */
    public static final class AdapterRows {
        /** The number of the base model without an adapter. */
        public static final int BASE = 0;

        private final int[] ofRows;
        private final boolean isUniform;

        /** By adapter; empty where the pass's key is everybody's. */
        private final long[] randomKeys;

        private AdapterRows(int[] ofRows, boolean isUniform, long[] randomKeys) {
            this.ofRows = ofRows;
            this.isUniform = isUniform;
            this.randomKeys = randomKeys;
        }

        /** One adapter for all rows, however many there are. */
        public static AdapterRows all(int adapter) {
            return new AdapterRows(new int[] {adapter}, true, new long[0]);
        }

        /** An adapter for each row. */
        public static AdapterRows of(int... adapters) {
            boolean one = adapters.length > 0 && Arrays.stream(adapters).allMatch(each -> each == adapters[0]);
            return one ? all(adapters[0]) : new AdapterRows(adapters.clone(), false, new long[0]);
        }

        /**
         * Gives each adapter a key of its own for random draws, so that it draws as it would without the others.
         *
         * @param keys by the adapters' numbers
         */
        public AdapterRows withRandomKeys(long... keys) {
            return new AdapterRows(ofRows, isUniform, keys.clone());
        }

        private long randomKey(int adapter, long common) {
            return adapter < randomKeys.length ? randomKeys[adapter] : common;
        }

        /** Whether all rows go through the same adapter, which is then the one of row 0. */
        public boolean isUniform() {
            return isUniform;
        }

        /** The adapter of a row. */
        public int ofRow(int row) {
            return isUniform ? ofRows[0] : ofRows[row];
        }

        /** The adapters of some rows, in their order. */
        public AdapterRows select(long[] rows) {
            return isUniform
                    ? this
                    : of(LongStream.of(rows).mapToInt(row -> ofRow((int) row)).toArray())
                            .withRandomKeys(randomKeys);
        }

        /** One past the last row of those from {@code start} on that go through the adapter of {@code start}. */
        public int endOfRun(int start) {
            int end = start + 1;
            while (end < ofRows.length && ofRows[end] == ofRows[start]) {
                end++;
            }
            return end;
        }

        @Override
        public String toString() {
            return isUniform ? "adapter " + ofRows[0] : "adapters " + Arrays.toString(ofRows);
        }
    }
}
