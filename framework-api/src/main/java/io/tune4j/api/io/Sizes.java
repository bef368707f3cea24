package io.tune4j.api.io;

import java.util.Locale;

/** Byte counts as people read them. */
public final class Sizes {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Sizes() {}

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

    /** To the byte, for messages where one byte matters: {@code 1,234 bytes}. */
    public static String exact(long bytes) {
        return String.format(Locale.ROOT, "%,d %s", bytes, bytes == 1 ? "byte" : "bytes");
    }
}
