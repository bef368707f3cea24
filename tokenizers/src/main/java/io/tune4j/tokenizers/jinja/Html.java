// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters for HTML and addresses. */
final class Html {
    private Html() {}

    static void addTo(Map<String, Filter> filters) {
        Filters.add(filters, "escape", List.of(), (frame, value, given) -> escape(Printing.str(value)));
        Filters.add(
                filters,
                "forceescape",
                List.of(),
                (frame, value, given) -> escape(Printing.str(value).asMarkup(false)));
        Filters.add(filters, "safe", List.of(), (frame, value, given) -> Printing.str(value)
                .asMarkup(true));
        Filters.add(
                filters,
                "striptags",
                List.of(),
                (frame, value, given) -> Text.of(stripped(Printing.str(value).value())));
        Filters.add(filters, "urlencode", List.of(), (frame, value, given) -> Text.of(urlencode(value)));
        Filters.add(
                filters,
                "xmlattr",
                List.of("autospace"),
                (frame, value, given) -> attributes(value, given.truth(0, "autospace", true)));
    }

    /** Markup as it is, and other texts with their special characters replaced. */
    static Text escape(Text text) {
        if (text.isMarkup()) {
            return text;
        }
        TextBuilder escaped = new TextBuilder();
        for (int run = 0, from = 0; run < text.runs(); from = text.end(run), run++) {
            String part = text.value()
                    .substring(from, text.end(run))
                    .replace("&", "&amp;")
                    .replace(">", "&gt;")
                    .replace("<", "&lt;")
                    .replace("'", "&#39;")
                    .replace("\"", "&#34;");
            escaped.add(part, text.mark(run));
        }
        return escaped.build().asMarkup(true);
    }

    private static String stripped(String html) {
        String text = html;
        for (String[] tag : new String[][] {{"<!--", "-->"}, {"<", ">"}}) {
            int start = text.indexOf(tag[0]);
            while (start >= 0) {
                int end = text.indexOf(tag[1], start);
                if (end < 0) {
                    break;
                }
                text = text.substring(0, start) + text.substring(end + tag[1].length());
                start = text.indexOf(tag[0]);
            }
        }
        return Entities.unescape(String.join(" ", text.strip().split("\\s+")));
    }

    private static String urlencode(@Nullable Object value) {
        if (value instanceof Undefined) {
            return "";
        }
        if (!(value instanceof Dict || value instanceof Sequence || value instanceof Generator)) {
            return quoted(value, false);
        }
        List<String> pairs = new ArrayList<>();
        for (Object pair : value instanceof Dict dict ? DictMethods.items(dict).items() : Types.list(value)) {
            List<@Nullable Object> both = Types.list(pair);
            if (both.size() != 2) {
                throw JinjaException.value("expected pairs of names and values");
            }
            pairs.add(quoted(both.get(0), true) + "=" + quoted(both.get(1), true));
        }
        return String.join("&", pairs);
    }

    private static String quoted(@Nullable Object value, boolean query) {
        String encoded = URLEncoder.encode(Printing.str(value).value(), StandardCharsets.UTF_8)
                .replace("*", "%2A")
                .replace("%7E", "~");
        return query ? encoded : encoded.replace("+", "%20").replace("%2F", "/");
    }

    private static Text attributes(@Nullable Object value, boolean space) {
        if (!(value instanceof Dict dict)) {
            throw Types.wrong(value, "a dictionary");
        }
        TextBuilder text = new TextBuilder();
        for (Dict.Entry entry : dict.entries()) {
            if (entry.value() == null || entry.value() instanceof Undefined) {
                continue;
            }
            String key = TextFilters.text(entry.key()).value();
            if (key.matches("(?s).*[\\s/>=].*")) {
                throw JinjaException.value("Invalid character in attribute name: '" + key + "'");
            }
            text.add(text.length() > 0 || space ? " " : "");
            text.add(escape(Printing.str(entry.key())))
                    .add("=\"")
                    .add(escape(Printing.str(entry.value())))
                    .add("\"");
        }
        return text.build();
    }

    /** The few named characters of HTML that texts have, and all numbered ones. */
    private static final class Entities {
        private static final Map<String, String> NAMED = Map.of(
                "amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00A0", "copy", "\u00A9",
                "hellip", "\u2026", "mdash", "\u2014", "ndash", "\u2013");

        static String unescape(String text) {
            return java.util.regex.Pattern.compile("&(#x?[0-9a-fA-F]+|\\w+);")
                    .matcher(text)
                    .replaceAll(
                            entity -> java.util.regex.Matcher.quoteReplacement(named(entity.group(1), entity.group())));
        }

        private static String named(String name, String whole) {
            if (!name.startsWith("#")) {
                return NAMED.getOrDefault(name, whole);
            }
            boolean hexadecimal = name.startsWith("#x");
            try {
                return Character.toString(Integer.parseInt(name.substring(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10));
            } catch (IllegalArgumentException e) {
                return whole;
            }
        }
    }
}
