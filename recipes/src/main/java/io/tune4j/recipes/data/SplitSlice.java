// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigReader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which records of which split: {@code train}, {@code train[:5%]}, {@code train[100:200]}, {@code train[-10%:]}, as in Hugging Face's
 * datasets.
 *
 * @param name of the split
 * @param from first record, or null for the first there is
 * @param to one past the last, or null for the end
 */
record SplitSlice(
        String name, @Nullable Bound from, @Nullable Bound to) {
    private static final Pattern FORM = Pattern.compile("([\\w.-]+)(?:\\[(-?\\d+%?)?:(-?\\d+%?)?])?");
    private static final double PERCENT = 100;

    /** A place, counted from the end if negative. */
    record Bound(int value, boolean percent) {
        static @Nullable Bound parse(@Nullable String text) {
            if (text == null) {
                return null;
            }
            boolean percent = text.endsWith("%");
            return new Bound(Integer.parseInt(percent ? text.substring(0, text.length() - 1) : text), percent);
        }

        boolean needsCount() {
            return percent || value < 0;
        }

        long of(long count) {
            long place = percent ? Math.round(value / PERCENT * count) : value;
            return Math.max(0, Math.min(count, place < 0 ? count + place : place));
        }
    }

    /** Reads {@code split}; all of train after recording a problem. */
    static SplitSlice read(ConfigReader options) {
        String text = options.string("split", "train");
        Matcher form = FORM.matcher(text.replace(" ", ""));
        try {
            if (form.matches()) {
                SplitSlice slice =
                        new SplitSlice(form.group(1), Bound.parse(form.group(2)), Bound.parse(form.group(3)));
                if (!slice.isBeyondPercents()) {
                    return slice;
                }
            }
        } catch (NumberFormatException e) {
            options.problem("split", "'" + text + "' has a number that is too large");
            return new SplitSlice("train", null, null);
        }
        options.problem(
                "split",
                "expected a split's name, or a slice of it such as train[:5%] or train[100:200]; found '" + text + "'"
                        + (text.contains("+") ? ". For several slices write a list of data sets" : ""));
        return new SplitSlice("train", null, null);
    }

    private boolean isBeyondPercents() {
        return beyond(from) || beyond(to);
    }

    private static boolean beyond(@Nullable Bound bound) {
        return bound != null && bound.percent && Math.abs(bound.value) > PERCENT;
    }

    boolean isAll() {
        return from == null && to == null;
    }

    /** Whether the number of records must be known before they are read. */
    boolean needsCount() {
        return (from != null && from.needsCount()) || (to != null && to.needsCount());
    }

    long first(long count) {
        return from == null ? 0 : from.of(count);
    }

    long behindLast(long count) {
        return Math.max(first(count), to == null ? count : to.of(count));
    }

    @Override
    public String toString() {
        return isAll() ? name : name + "[" + text(from) + ":" + text(to) + "]";
    }

    private static String text(@Nullable Bound bound) {
        return bound == null ? "" : bound.value + (bound.percent ? "%" : "");
    }
}
