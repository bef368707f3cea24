// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/** Byte counts as people read them. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class Sizes {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private static final Pattern SIZE =
            Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)\\s*([KMGT]?)(i?)B?", Pattern.CASE_INSENSITIVE);

    private Sizes() {}

    /** Bytes of a text such as {@code 24GB} (powers of 1000), {@code 7.5GiB} (of 1024) or {@code 4096}; empty if it is none. */
    public static OptionalLong parse(String text) {
        Matcher size = SIZE.matcher(text.strip());
        if (!size.matches()) {
            return OptionalLong.empty();
        }
        int power =
                " KMGT".indexOf((size.group(2) + " ").toUpperCase(Locale.ROOT).charAt(0));
        double unit = Math.pow(size.group(3).isEmpty() ? 1000 : 1024, power);
        return OptionalLong.of((long) (Double.parseDouble(size.group(1)) * unit));
    }

    /** Formats a size in whole MiB, rounded up, as configs accept it: {@code 1536MiB}. */
    public static String roundedUp(long bytes) {
        return (bytes + (1 << 20) - 1) / (1 << 20) + "MiB";
    }

    /** Rounded, in binary units: {@code 999 bytes}, {@code 1.5 KiB}, {@code 15.0 GiB}. */
    public static String format(long bytes) {
        double size = Math.abs((double) bytes);
        if (size < 1024) {
            return exact(bytes);
        }
        int unit = -1;
        // 1023.95 would print as 1024.0 of the smaller unit.
        while (unit + 1 < UNITS.length && size >= 1023.95) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%s%.1f %s", bytes < 0 ? "-" : "", size, UNITS[Math.max(unit, 0)]);
    }

    /** Formats an exact size, for messages where one byte matters: {@code 1,234 bytes}. */
    public static String exact(long bytes) {
        return String.format(Locale.ROOT, "%,d %s", bytes, bytes == 1 ? "byte" : "bytes");
    }
}
