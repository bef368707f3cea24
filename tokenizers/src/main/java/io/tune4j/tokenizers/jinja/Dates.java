// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** C's {@code strftime}, in English. */
final class Dates {
    private static final Pattern DIRECTIVE = Pattern.compile("%(-?)(.)", Pattern.DOTALL);

    private Dates() {}

    static Text format(Text format, Clock clock) {
        LocalDateTime now = LocalDateTime.now(clock);
        TextBuilder text = new TextBuilder();
        Matcher directive = DIRECTIVE.matcher(format.value());
        int from = 0;
        while (directive.find()) {
            text.add(format.substring(from, directive.start()));
            String pattern = pattern(directive.group(2).charAt(0));
            String number = number(directive.group(2).charAt(0), now);
            if (!number.isEmpty()) {
                text.add(number);
            } else if ("zZ".contains(directive.group(2))) {
                // A time without a zone shows none.
                text.add("");
            } else if (pattern.equals("'%'")) {
                text.add("%");
            } else if (pattern.isEmpty()) {
                text.add(directive.group());
            } else {
                String shown =
                        DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now);
                text.add(directive.group(1).isEmpty() ? shown : shown.replaceFirst("^0+(?=\\d)", ""));
            }
            from = directive.end();
        }
        return text.add(format.substring(from, format.value().length())).build();
    }

    /** The pattern of Java's for a directive of C's; empty if there is none. */
    private static String pattern(char directive) {
        return switch (directive) {
            case 'd' -> "dd";
            case 'e' -> "ppd";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'm' -> "MM";
            case 'Y' -> "yyyy";
            case 'y' -> "yy";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'f' -> "SSSSSS";
            case 'p' -> "a";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'j' -> "DDD";
            case 'F' -> "yyyy-MM-dd";
            case 'T' -> "HH:mm:ss";
            case 'R' -> "HH:mm";
            case 'r' -> "hh:mm:ss a";
            case 'D', 'x' -> "MM/dd/yy";
            case 'X' -> "HH:mm:ss";
            case 'c' -> "EEE MMM ppd HH:mm:ss yyyy";
            case 'n' -> "'\n'";
            case 't' -> "'\t'";
            case '%' -> "'%'";
            default -> "";
        };
    }

    /** The directives that Java's patterns lack: weeks, and days of the week by number. */
    private static String number(char directive, LocalDateTime now) {
        int day = now.getDayOfWeek().getValue();
        return switch (directive) {
            case 'u' -> String.valueOf(day);
            case 'w' -> String.valueOf(day % 7);
            case 'U' -> String.format("%02d", (now.getDayOfYear() + 6 - day % 7) / 7);
            case 'W' -> String.format("%02d", (now.getDayOfYear() + 6 - (day + 6) % 7) / 7);
            case 'V' -> String.format("%02d", now.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'G' -> String.valueOf(now.get(IsoFields.WEEK_BASED_YEAR));
            case 'C' -> String.format("%02d", now.getYear() / 100);
            default -> "";
        };
    }
}
