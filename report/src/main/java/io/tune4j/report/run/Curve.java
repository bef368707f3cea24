// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import java.util.Arrays;

/**
 * A metric over steps. Long curves are thinned: each range of steps keeps its first, lowest, highest and last value, so every
 * value is one that was logged, and no peak is lost.
 */
public final class Curve {
    private static final int CAPACITY = 16_384;

    private long[] steps = new long[64];
    private double[] values = new double[64];
    private int size;
    private long count;
    private double sum;

    /** Adds a value, of a later step than the values before. */
    void add(long step, double value) {
        if (size == CAPACITY) {
            thin(CAPACITY / 8);
        }
        if (size == steps.length) {
            steps = Arrays.copyOf(steps, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        steps[size] = step;
        values[size++] = value;
        count++;
        if (Double.isFinite(value)) {
            sum += value;
        }
    }

    /** Drops the values that a resumed run computes again. */
    void dropAfter(long step) {
        int kept = size;
        while (kept > 0 && steps[kept - 1] > step) {
            kept--;
        }
        if (kept < size) {
            count = Math.round((double) count * kept / size);
            sum = sum * kept / size;
            size = kept;
        }
    }

    private void thin(int ranges) {
        int kept = 0;
        int from = 0;
        long first = steps[0];
        double width = (double) (steps[size - 1] - first + 1) / ranges;
        while (from < size) {
            long range = (long) ((steps[from] - first) / width);
            int to = from;
            int low = from;
            int high = from;
            while (to < size && (long) ((steps[to] - first) / width) == range) {
                low = values[to] < values[low] ? to : low;
                high = values[to] > values[high] ? to : high;
                to++;
            }
            int[] chosen = {from, Math.min(low, high), Math.max(low, high), to - 1};
            int before = -1;
            for (int index : chosen) {
                if (index != before) {
                    steps[kept] = steps[index];
                    values[kept++] = values[index];
                    before = index;
                }
            }
            from = to;
        }
        size = kept;
    }

    /** At most four values for each of so many ranges of steps. */
    public Curve thinned(int ranges) {
        Curve copy = new Curve();
        copy.steps = Arrays.copyOf(steps, Math.max(1, size));
        copy.values = Arrays.copyOf(values, Math.max(1, size));
        copy.size = size;
        copy.count = count;
        copy.sum = sum;
        if (size > 4 * ranges) {
            copy.thin(ranges);
        }
        return copy;
    }

    public int size() {
        return size;
    }

    public long step(int index) {
        return steps[index];
    }

    public double value(int index) {
        return values[index];
    }

    /** Number of values that were added, including those that thinning dropped. */
    public long count() {
        return count;
    }

    /** The mean of all finite values that were added; NaN without one. */
    public double mean() {
        return count == 0 ? Double.NaN : sum / count;
    }

    /** The newest value; NaN without one. */
    public double last() {
        return size == 0 ? Double.NaN : values[size - 1];
    }

    /** The step of the newest value; 0 without one. */
    public long lastStep() {
        return size == 0 ? 0 : steps[size - 1];
    }

    /** The index of the lowest value; -1 without one. */
    public int lowest() {
        int lowest = -1;
        for (int i = 0; i < size; i++) {
            if (Double.isFinite(values[i]) && (lowest < 0 || values[i] < values[lowest])) {
                lowest = i;
            }
        }
        return lowest;
    }

    /** The mean of the values in a range of indices; NaN for none. */
    public double mean(int from, int to) {
        double total = 0;
        int finite = 0;
        for (int i = from; i < to; i++) {
            if (Double.isFinite(values[i])) {
                total += values[i];
                finite++;
            }
        }
        return finite == 0 ? Double.NaN : total / finite;
    }
}
