// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import io.tune4j.tokenizers.jinja.Token.Type;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a template into tokens, with Jinja's rules for white space: {@code trim_blocks} takes the line break after a tag, {@code
 * lstrip_blocks} the blanks between the start of a line and a tag, {@code -} all white space, and {@code +} nothing.
 */
final class Lexer {
    private static final Pattern NAME =
            Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}_]*");
    private static final Pattern REAL =
            Pattern.compile("(?<!\\.)\\d+(_\\d+)*((\\.\\d+(_\\d+)*)?[eE][+-]?\\d+(_\\d+)*|\\.\\d+(_\\d+)*)");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](_?[01])+|0[oO](_?[0-7])+|0[xX](_?[0-9a-fA-F])+|[1-9](_?\\d)*|0(_?0)*");
    private static final Pattern STRING =
            Pattern.compile("'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\"", Pattern.DOTALL);
    private static final Pattern OPERATOR = Pattern.compile("//|\\*\\*|==|!=|>=|<=|[+\\-/*%~\\[\\](){}<>=.:|,;]");
    /** Python's white space. */
    private static final String BLANK = "[\\s\\x1c-\\x1f\\x85\\p{Z}]";

    private static final Pattern SPACE = Pattern.compile(BLANK + "+");
    private static final Pattern BEGIN = Pattern.compile("\\{([%{#])([-+]?)");
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-%}" + BLANK + "*|%})");
    private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%}|-%}" + BLANK + "*|%}\\n?)");
    private static final Pattern COMMENT_END = Pattern.compile("\\+#}|-#}" + BLANK + "*|#}\\n?");
    private static final Pattern TAG_END = Pattern.compile("\\+%}|-%}" + BLANK + "*|%}\\n?");
    private static final Pattern OUTPUT_END = Pattern.compile("-}}" + BLANK + "*|}}");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    /** Whether what was read last ended with a line break, or nothing was read yet. */
    private boolean lineStarts = true;

    private Lexer(String template) {
        String lines = template.replace("\r\n", "\n").replace('\r', '\n');
        this.source = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
    }

    static List<Token> read(String template) {
        Lexer lexer = new Lexer(template);
        lexer.readAll();
        return lexer.tokens;
    }

    static boolean isIdentifier(String text) {
        return NAME.matcher(text).matches();
    }

    private JinjaException syntax(String message) {
        return new JinjaException(JinjaException.Kind.SYNTAX, message, line);
    }

    private void readAll() {
        Matcher begin = BEGIN.matcher(source);
        while (begin.find(position)) {
            Matcher raw = RAW.matcher(source).region(begin.start(), source.length());
            boolean isRaw = raw.lookingAt();
            data(begin.start(), begin.group(2), !begin.group(1).equals("{"));
            if (isRaw) {
                skip(raw.end());
                raw();
            } else {
                int start = line;
                skip(begin.end());
                switch (begin.group(1)) {
                    case "#" -> skip(end(COMMENT_END, "Missing end of comment tag"));
                    case "%" -> tag(Type.TAG_BEGIN, Type.TAG_END, TAG_END, start);
                    default -> tag(Type.OUTPUT_BEGIN, Type.OUTPUT_END, OUTPUT_END, start);
                }
            }
        }
        data(source.length(), "+", false);
        tokens.add(new Token(Type.END, "", null, line));
    }

    /** Adds the text up to a tag. */
    private void data(int end, String sign, boolean stripsLine) {
        String text = source.substring(position, end);
        int kept = text.length();
        if (sign.equals("-")) {
            kept = text.length()
                    - Splitting.strip(Text.of(text), null, false, true).value().length();
            kept = text.length() - kept;
        } else if (!sign.equals("+") && stripsLine) {
            int from = text.lastIndexOf('\n') + 1;
            if ((from > 0 || lineStarts) && SPACE.matcher(text.substring(from)).matches()) {
                kept = from;
            }
        }
        if (kept > 0) {
            tokens.add(new Token(Type.DATA, text.substring(0, kept), null, line));
        }
        skip(end);
    }

    /** Goes on to a position. */
    private void skip(int to) {
        for (int i = position; i < to; i++) {
            line += source.charAt(i) == '\n' ? 1 : 0;
        }
        if (to > position) {
            lineStarts = source.charAt(to - 1) == '\n';
        }
        position = to;
    }

    private int end(Pattern pattern, String message) {
        Matcher end = pattern.matcher(source);
        if (!end.find(position)) {
            throw syntax(message);
        }
        return end.end();
    }

    private void raw() {
        Matcher end = RAW_END.matcher(source);
        if (!end.find(position)) {
            throw syntax("Missing end of raw directive");
        }
        data(end.start(), end.group(1), true);
        skip(end.end());
    }

    private void tag(Type begin, Type end, Pattern endPattern, int start) {
        tokens.add(new Token(begin, "", null, start));
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            Matcher last = endPattern.matcher(source).region(position, source.length());
            if (open.isEmpty() && last.lookingAt()) {
                tokens.add(new Token(end, "", null, line));
                skip(last.end());
                return;
            }
            if (position >= source.length()) {
                // As in Jinja the parser complains about what is missing.
                return;
            }
            piece(open);
        }
    }

    private @Nullable String match(Pattern pattern) {
        Matcher matcher =
                pattern.matcher(source).region(position, source.length()).useTransparentBounds(true);
        return matcher.lookingAt() ? matcher.group() : null;
    }

    private void piece(Deque<Character> open) {
        String found = match(SPACE);
        if (found != null) {
            skip(position + found.length());
            return;
        }
        int start = line;
        Token token;
        if ((found = match(REAL)) != null) {
            token = new Token(Type.NUMBER, found, Double.valueOf(found.replace("_", "")), start);
        } else if ((found = match(INTEGER)) != null) {
            token = new Token(Type.NUMBER, found, integer(found), start);
        } else if ((found = match(NAME)) != null) {
            token = new Token(Type.NAME, found, null, start);
        } else if ((found = match(STRING)) != null) {
            token = new Token(Type.STRING, unescaped(found.substring(1, found.length() - 1)), null, start);
        } else if ((found = match(OPERATOR)) != null) {
            balance(found, open);
            token = new Token(Type.OPERATOR, found, null, start);
        } else {
            throw syntax("unexpected char '" + Character.toString(source.codePointAt(position)) + "' at " + position);
        }
        tokens.add(token);
        skip(position + found.length());
    }

    private static @Nullable Object integer(String digits) {
        String plain = digits.replace("_", "").toLowerCase(Locale.ROOT);
        int radix = plain.startsWith("0x") ? 16 : plain.startsWith("0o") ? 8 : plain.startsWith("0b") ? 2 : 10;
        return Numbers.normal(new BigInteger(radix == 10 ? plain : plain.substring(2), radix));
    }

    private void balance(String operator, Deque<Character> open) {
        char c = operator.charAt(0);
        switch (c) {
            case '{' -> open.push('}');
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '}', ')', ']' -> {
                if (open.isEmpty() || open.pop() != c) {
                    throw syntax("unexpected '" + c + "'");
                }
            }
            default -> {}
        }
        if (open.size() > Limits.DEPTH) {
            throw JinjaException.limit("brackets nested more than " + Limits.DEPTH + " deep");
        }
    }

    /** The text of a string literal, with Python's escapes replaced. */
    private String unescaped(String literal) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < literal.length(); i++) {
            char c = literal.charAt(i);
            if (c != '\\' || i + 1 == literal.length()) {
                text.append(c);
                continue;
            }
            char escape = literal.charAt(++i);
            switch (escape) {
                case '\n' -> {}
                case '\\', '\'', '"' -> text.append(escape);
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'a' -> text.append('\u0007');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'v' -> text.append('\u000B');
                case 'x' -> i = code(literal, i, 2, text);
                case 'u' -> i = code(literal, i, 4, text);
                case 'U' -> i = code(literal, i, 8, text);
                case 'N' -> i = named(literal, i, text);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    int end = i;
                    while (end < literal.length()
                            && end < i + 3
                            && literal.charAt(end) >= '0'
                            && literal.charAt(end) <= '7') {
                        end++;
                    }
                    text.appendCodePoint(Integer.parseInt(literal.substring(i, end), 8));
                    i = end - 1;
                }
                default -> text.append('\\').append(escape);
            }
        }
        return text.toString();
    }

    private int code(String literal, int at, int digits, StringBuilder text) {
        int end = at + 1 + digits;
        if (end > literal.length() || !literal.substring(at + 1, end).matches("[0-9a-fA-F]+")) {
            throw syntax("truncated \\" + literal.charAt(at) + " escape");
        }
        long code = Long.parseLong(literal.substring(at + 1, end), 16);
        if (code > Character.MAX_CODE_POINT) {
            throw syntax("illegal Unicode character");
        }
        text.appendCodePoint((int) code);
        return end - 1;
    }

    private int named(String literal, int at, StringBuilder text) {
        int end = literal.indexOf('}', at);
        try {
            if (end > 0 && literal.startsWith("{", at + 1)) {
                text.appendCodePoint(Character.codePointOf(literal.substring(at + 2, end)));
                return end;
            }
        } catch (IllegalArgumentException unknown) {
            throw syntax("unknown Unicode character name");
        }
        throw syntax("malformed \\N character escape");
    }
}
