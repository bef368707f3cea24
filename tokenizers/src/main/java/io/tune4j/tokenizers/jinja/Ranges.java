// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code range(start, stop, step)}. */
final class Ranges {
    /** The numbers of the range, made lazily. */
    private static final class Numbered extends AbstractList<@Nullable Object> {
        private final long start;
        private final long stop;
        private final long step;
        private final int size;

        Numbered(long start, long stop, long step) {
            this.start = start;
            this.stop = stop;
            this.step = step;
            long distance = step > 0 ? stop - start : start - stop;
            long count = distance <= 0 ? 0 : (distance - 1) / Math.abs(step) + 1;
            if (count > Limits.RANGE) {
                throw JinjaException.limit("a range of " + count + " numbers; the most is " + Limits.RANGE);
            }
            this.size = (int) count;
        }

        @Override
        public Object get(int index) {
            if (index < 0 || index >= size) {
                throw new IndexOutOfBoundsException(index);
            }
            return start + index * step;
        }

        @Override
        public int size() {
            return size;
        }
    }

    private Ranges() {}

    static Sequence make(Arguments arguments) {
        arguments.check("range", List.of("start", "stop", "step"));
        if (arguments.positional().isEmpty() || !arguments.named().isEmpty()) {
            throw JinjaException.type("range expected 1 to 3 arguments without names");
        }
        boolean single = arguments.positional().size() == 1;
        long start = single ? 0 : bounded(arguments.integer(0, "start", 0));
        long stop = bounded(arguments.integer(single ? 0 : 1, "stop", 0));
        long step = bounded(arguments.integer(2, "step", 1));
        if (step == 0) {
            throw JinjaException.value("range() arg 3 must not be zero");
        }
        return new Sequence(new Numbered(start, stop, step), Sequence.Kind.RANGE, Mark.TEMPLATE);
    }

    private static long bounded(long value) {
        return Math.max(-(1L << 60), Math.min(1L << 60, value));
    }

    /** The numbers that are printed between the brackets. */
    static List<@Nullable Object> bounds(Sequence range) {
        List<@Nullable Object> bounds = new ArrayList<>();
        if (range.items() instanceof Numbered numbered) {
            bounds.add(numbered.start);
            bounds.add(numbered.stop);
            if (numbered.step != 1) {
                bounds.add(numbered.step);
            }
        }
        return bounds;
    }
}
