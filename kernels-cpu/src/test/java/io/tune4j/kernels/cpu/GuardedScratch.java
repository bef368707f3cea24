// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import io.tune4j.kernels.cpu.threads.Scratch;
import java.util.ArrayList;
import java.util.List;

/** Scratch memory of NaN; closing it fails if a kernel wrote outside of what was taken. */
final class GuardedScratch implements Scratch {
    private final List<NativeRows> taken = new ArrayList<>();

    @Override
    public long take(long bytes) {
        NativeRows rows = new NativeRows(Elements.FP32, Math.toIntExact((bytes + Float.BYTES - 1) / Float.BYTES));
        rows.fill(Float.NaN);
        taken.add(rows);
        return rows.address();
    }

    @Override
    public void close() {
        taken.forEach(NativeRows::check);
    }
}
