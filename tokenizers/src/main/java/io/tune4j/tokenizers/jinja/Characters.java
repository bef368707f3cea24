// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

/** Python's ideas of kinds of characters, by their code points. */
final class Characters {
    private Characters() {}

    /** {@code str.isspace}. Java's own tests leave out some blanks and the next-line control. */
    static boolean isSpace(int c) {
        return c >= 0x09 && c <= 0x0D || c >= 0x1C && c <= 0x20 || c == 0x85 || Character.isSpaceChar(c);
    }

    /** Whether {@code str.splitlines} ends a line there. */
    static boolean isLineEnd(int c) {
        return c >= 0x0A && c <= 0x0D || c >= 0x1C && c <= 0x1E || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    /** {@code str.isprintable}: all but what Unicode calls other or a separator, and the blank. */
    static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** {@code str.isalpha}: letters of any kind, but not letter-like numbers. */
    static boolean isLetter(int c) {
        return Character.isLetter(c);
    }

    /** {@code str.isdecimal}. */
    static boolean isDecimal(int c) {
        return Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER;
    }

    /** {@code str.isdigit}: decimals, and superscripts and circled digits. */
    static boolean isDigit(int c) {
        return isDecimal(c)
                || c == 0xB2
                || c == 0xB3
                || c == 0xB9
                || c == 0x2070
                || c >= 0x2074 && c <= 0x2079
                || c >= 0x2080 && c <= 0x2089
                || c >= 0x2460 && c <= 0x2468
                || c >= 0x2474 && c <= 0x247C
                || c >= 0x2488 && c <= 0x2490
                || c == 0x24EA
                || c >= 0x24F5 && c <= 0x24FD
                || c == 0x24FF
                || c >= 0x2776 && c <= 0x277E
                || c >= 0x2780 && c <= 0x2788
                || c >= 0x278A && c <= 0x2792;
    }

    /** {@code str.isnumeric}: anything with a numeric value, such as fractions, Roman and Chinese numbers. */
    static boolean isNumeric(int c) {
        return isDigit(c)
                || Character.getType(c) == Character.LETTER_NUMBER
                || Character.getType(c) == Character.OTHER_NUMBER
                || Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN
                        && "一二三四五六七八九十百千万億兆零〇壹贰叁肆伍陆柒捌玖拾佰仟".indexOf(c) >= 0;
    }

    /** Whether a character matches {@code \w} in Python's regular expressions. */
    static boolean isWord(int c) {
        return Character.isLetter(c) || isNumeric(c) || c == '_';
    }
}
