package io.tune4j.models.llama.tokenizer;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Functions that transformers gives to chat templates. Public because the library calls them by reflection. */
public final class TemplateFunctions {
    private static final Pattern DATE_DIRECTIVE = Pattern.compile("%(.)");

    private TemplateFunctions() {}

    /** What a template refuses. */
    static final class Raised extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Raised(String message) {
            super(message);
        }
    }

    /** {@code raise_exception} of templates. */
    public static String raise(String message) {
        throw new Raised(message);
    }

    /** {@code strftime_now} of templates: now in a format of C's {@code strftime}. */
    public static String now(String format) {
        LocalDateTime now = LocalDateTime.now();
        Matcher directive = DATE_DIRECTIVE.matcher(format);
        StringBuilder text = new StringBuilder();
        while (directive.find()) {
            String pattern =
                    switch (directive.group(1)) {
                        case "d" -> "dd";
                        case "b" -> "MMM";
                        case "B" -> "MMMM";
                        case "m" -> "MM";
                        case "Y" -> "yyyy";
                        case "y" -> "yy";
                        case "H" -> "HH";
                        case "I" -> "hh";
                        case "M" -> "mm";
                        case "S" -> "ss";
                        case "p" -> "a";
                        case "a" -> "EEE";
                        case "A" -> "EEEE";
                        case "j" -> "DDD";
                        default -> "";
                    };
            String value = pattern.isEmpty()
                    ? directive.group(1)
                    : DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now);
            directive.appendReplacement(text, Matcher.quoteReplacement(value));
        }
        return directive.appendTail(text).toString();
    }
}
