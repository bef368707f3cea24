// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.batch;

import java.util.stream.IntStream;
import org.apiguardian.api.API;

/**
 * How rows that several sequences have in common stand for all of them: a sequence that begins as another does is computed from where
 * it differs. Everything that works row by row sees each common row once; attention sees the sequences as if nothing were shared.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SharedRows {
    private final SequenceLayout unshared;
    private final long[] rowOf;
    private final long[] placeOf;
    private final long[] positions;

    /**
     * @param unshared the sequences, one after the other: E rows
     * @param rowOf {@code [E]}: the row that stands for each of their rows
     * @param rows T, the number of rows that are computed
     */
    public SharedRows(SequenceLayout unshared, long[] rowOf, int rows) {
        if (unshared.rows() != rowOf.length || unshared.sharing() != null) {
            throw new IllegalArgumentException(rowOf.length + " numbers for " + unshared.rows() + " rows");
        }
        this.unshared = unshared;
        this.rowOf = rowOf.clone();
        this.placeOf = new long[rows];
        this.positions = new long[rows];
        long[] every = unshared.positions();
        for (int place = rowOf.length - 1; place >= 0; place--) {
            int row = (int) rowOf[place];
            placeOf[row] = place;
            positions[row] = every[place];
        }
    }

    /** The sequences as if nothing were shared. */
    public SequenceLayout unshared() {
        return unshared;
    }

    /** {@code [E]}: the row that stands for each row of the unshared sequences. */
    public long[] rowOf() {
        return rowOf.clone();
    }

    /** {@code [T]}: the first of the unshared rows that each row stands for. */
    public long[] placeOf() {
        return placeOf.clone();
    }

    /** {@code [T]}: where each row is in its sequences. */
    public long[] positions() {
        return positions.clone();
    }

    /** The number of rows that need not be computed. */
    public int saved() {
        return rowOf.length - placeOf.length;
    }

    /** Whether a list of row numbers is all of them in order, which needs no selection. */
    public static boolean isEveryRow(long[] rows, int count) {
        return rows.length == count && IntStream.range(0, count).allMatch(i -> rows[i] == i);
    }
}
