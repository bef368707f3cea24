// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of unquoted values: the words and numbers of YAML 1.1 as Python's reader interprets them, and also Python's
 * {@code None} and numbers such as {@code 1e-4}, which are text in YAML 1.1.
 */
final class ScalarTypes {
    private static final Set<String> NULLS = Set.of("", "~", "null", "none");
    private static final Set<String> TRUE = Set.of("true", "yes", "on");
    private static final Set<String> FALSE = Set.of("false", "no", "off");
    private static final Pattern INTEGER = Pattern.compile("[-+]?\\d+(_\\d+)*");
    private static final Pattern HEXADECIMAL = Pattern.compile("[-+]?0x[0-9a-fA-F]{1,15}");
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+(_\\d+)*\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,6})?");
    private static final Pattern INFINITY = Pattern.compile("[-+]?\\.?inf", Pattern.CASE_INSENSITIVE);

    /** Characters, beyond which a text is none of these: patterns with repeated groups use up the stack on a long one. */
    private static final int LONGEST = 1000;

    private ScalarTypes() {}

    /** Null, Boolean, Long, Double or, where it is nothing of these, the text itself. */
    static @Nullable Object typed(String text) {
        if (text.length() > LONGEST) {
            return text;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (NULLS.contains(lower)) {
            return null;
        }
        if (TRUE.contains(lower) || FALSE.contains(lower)) {
            return TRUE.contains(lower);
        }
        if (INTEGER.matcher(text).matches()) {
            return integer(text.replace("_", ""), 10);
        }
        if (HEXADECIMAL.matcher(text).matches()) {
            return integer(text.replaceFirst("0x", ""), 16);
        }
        if (NUMBER.matcher(text).matches()) {
            return Double.valueOf(text.replace("_", ""));
        }
        if (INFINITY.matcher(text).matches()) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return lower.equals(".nan") ? (Object) Double.NaN : text;
    }

    /** Beyond 64 bits it is a number all the same, just not an integer that any key could want. */
    private static Object integer(String digits, int radix) {
        BigInteger value = new BigInteger(digits, radix);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : (Object) value.doubleValue();
    }
}
