// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.apiguardian.api.API;

/**
 * Which adapter each row of a pass goes through, where a model was built with several ({@link
 * io.tune4j.api.peft.AdapterSet}): 0 is the base model alone, i the i-th adapter.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class AdapterRows {
    /** The number of the base model without an adapter. */
    public static final int BASE = 0;

    private final int[] ofRows;
    private final boolean isUniform;

    private AdapterRows(int[] ofRows, boolean isUniform) {
        this.ofRows = ofRows;
        this.isUniform = isUniform;
    }

    /** One adapter for all rows, however many there are. */
    public static AdapterRows all(int adapter) {
        return new AdapterRows(new int[] {adapter}, true);
    }

    /** An adapter for each row. */
    public static AdapterRows of(int... adapters) {
        boolean one = adapters.length > 0 && Arrays.stream(adapters).allMatch(each -> each == adapters[0]);
        return one ? all(adapters[0]) : new AdapterRows(adapters.clone(), false);
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
                : of(LongStream.of(rows).mapToInt(row -> ofRow((int) row)).toArray());
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
