// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Calls of the same kernel, or of the same kernel on operands of the same shapes, added up; the longest first by the time
 * spent in the kernel itself.
 *
 * @param rows the kernels
 * @param wallNanos the time of the whole, which includes what is no kernel
 */
public record KernelTable(List<Row> rows, long wallNanos) {
    private static final double MILLIS = 1e6;

    /**
     * A kernel.
     *
     * @param name of it
     * @param operands shapes and dtype, or empty
     * @param calls of it
     * @param nanos in it, with the calls inside
     * @param selfNanos in it alone
     * @param flops of matrix products, 0 for others
     */
    public record Row(String name, String operands, int calls, long nanos, long selfNanos, double flops) {
        private Row plus(KernelCall call) {
            return new Row(
                    name,
                    operands,
                    calls + 1,
                    nanos + call.nanos(),
                    selfNanos + call.selfNanos(),
                    flops + call.flops());
        }
    }

    public static KernelTable of(List<KernelCall> calls, boolean byShapes, long wallNanos) {
        Map<String, Row> sums = new LinkedHashMap<>();
        for (KernelCall call : calls) {
            String operands = byShapes ? call.operands() : "";
            Row empty = new Row(call.name(), operands, 0, 0, 0, 0);
            sums.merge(call.name() + operands, empty.plus(call), (sum, one) -> sum.plus(call));
        }
        List<Row> rows = new ArrayList<>(sums.values());
        rows.sort(Comparator.comparingLong(Row::selfNanos).reversed());
        return new KernelTable(List.copyOf(rows), wallNanos);
    }

    /** Time in matrix products that are calls of their own, over that of the whole; fused kernels' products are not in it. */
    public double productShare() {
        return rows.stream()
                        .filter(row -> row.flops() > 0)
                        .mapToLong(Row::selfNanos)
                        .sum()
                / (double) wallNanos;
    }

    /** The share of the whole that is in no kernel. */
    public double outsideShare() {
        return 1 - rows.stream().mapToLong(Row::selfNanos).sum() / (double) wallNanos;
    }

    /**
     * As text, a line for each of the longest.
     *
     * @param most lines
     * @param withFlops whether products show their rate
     */
    public String text(int most, boolean withFlops) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-22s %7s %9s %9s %7s %s%s%n",
                "kernel",
                "calls",
                "self ms",
                "total ms",
                "share",
                withFlops ? " GFLOP/s  " : " ",
                "operands"));
        for (Row row : rows.subList(0, Math.min(most, rows.size()))) {
            String rate =
                    row.flops() > 0 ? String.format(Locale.ROOT, "%9.1f  ", row.flops() / row.nanos()) : " ".repeat(11);
            text.append(String.format(
                    Locale.ROOT,
                    "%-22s %7d %9.2f %9.2f %6.1f%% %s%s%n",
                    row.name(),
                    row.calls(),
                    row.selfNanos() / MILLIS,
                    row.nanos() / MILLIS,
                    100.0 * row.selfNanos() / wallNanos,
                    withFlops ? rate : " ",
                    row.operands()));
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "matrix products %.1f %%, other kernels %.1f %%, outside of kernels %.1f %% of %.1f ms%n",
                        100 * productShare(),
                        100 * (1 - productShare() - outsideShare()),
                        100 * outsideShare(),
                        wallNanos / MILLIS))
                .toString();
    }
}
