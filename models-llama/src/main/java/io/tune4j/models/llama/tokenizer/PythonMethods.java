package io.tune4j.models.llama.tokenizer;

import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;
import org.jspecify.annotations.Nullable;

/** Methods of Python's {@code str} on texts; the library would call Java's, which have other names or do other things. */
final class PythonMethods extends CompositeELResolver {
    private static final Pattern SPACES = Pattern.compile("[\\s\\p{Z}\\x85\\x1c-\\x1f]+");

    PythonMethods() {
        add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY);
    }

    @Override
    public @Nullable Object invoke(
            ELContext context, Object base, Object method, Class<?> @Nullable [] types, Object @Nullable [] given) {
        if (base instanceof CharSequence && method != null) {
            Object result = call(base.toString(), method.toString(), given == null ? new Object[0] : given);
            if (result != null) {
                context.setPropertyResolved(true);
                return result;
            }
        }
        return super.invoke(context, base, method, types, given);
    }

    private static @Nullable Object call(String text, String method, Object[] arguments) {
        String first = arguments.length > 0 && arguments[0] instanceof CharSequence s ? s.toString() : null;
        return switch (method) {
            case "strip" -> PythonText.strip(text, first, true, true);
            case "lstrip" -> PythonText.strip(text, first, true, false);
            case "rstrip" -> PythonText.strip(text, first, false, true);
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "title" -> title(text);
            case "capitalize" ->
                text.isEmpty()
                        ? text
                        : text.substring(0, 1).toUpperCase(Locale.ROOT)
                                + text.substring(1).toLowerCase(Locale.ROOT);
            case "split" -> split(text, first, arguments.length > 1 ? number(arguments[1]) : -1);
            case "splitlines" -> text.lines().toList();
            case "startswith" -> first == null ? null : text.startsWith(first);
            case "endswith" -> first == null ? null : text.endsWith(first);
            case "find" -> first == null ? null : text.indexOf(first);
            case "count" -> first == null ? null : split(text, first, -1).size() - 1;
            case "replace" ->
                first == null || arguments.length < 2 ? null : text.replace(first, arguments[1].toString());
            case "removeprefix" ->
                first == null ? null : text.startsWith(first) ? text.substring(first.length()) : text;
            case "removesuffix" ->
                first == null ? null : text.endsWith(first) ? text.substring(0, text.length() - first.length()) : text;
            case "join" ->
                arguments.length > 0 && arguments[0] instanceof List<?> parts
                        ? String.join(text, parts.stream().map(PythonText::str).toList())
                        : null;
            default -> null;
        };
    }

    private static int number(Object argument) {
        return argument instanceof Number number ? number.intValue() : -1;
    }

    /** Each letter behind none is a capital, the others are not. */
    private static String title(String text) {
        StringBuilder title = new StringBuilder(text.length());
        boolean inside = false;
        for (int c : text.codePoints().toArray()) {
            title.appendCodePoint(inside ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inside = Character.isLetter(c);
        }
        return title.toString();
    }

    private static List<String> split(String text, @Nullable String at, int most) {
        if (at == null) {
            String stripped = PythonText.strip(text, null, true, true);
            return stripped.isEmpty() ? List.of() : Arrays.asList(SPACES.split(stripped, most < 0 ? 0 : most + 1));
        }
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int found = text.indexOf(at);
                found >= 0 && (most < 0 || parts.size() < most);
                found = text.indexOf(at, from)) {
            parts.add(text.substring(from, found));
            from = found + at.length();
        }
        parts.add(text.substring(from));
        return parts;
    }
}
