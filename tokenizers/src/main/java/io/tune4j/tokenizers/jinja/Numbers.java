// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Python's arithmetic. Integers are {@code Long} where they fit, and {@code BigInteger} otherwise. */
final class Numbers {
    /** The result of a comparison with a NaN: neither less, equal nor more. */
    static final int UNORDERED = Integer.MIN_VALUE;

    private Numbers() {}

    static boolean isInteger(@Nullable Object value) {
        return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
    }

    static BigInteger big(@Nullable Object value) {
        if (value instanceof Boolean truth) {
            return truth ? BigInteger.ONE : BigInteger.ZERO;
        }
        return value instanceof BigInteger big ? big : BigInteger.valueOf((Long) Objects.requireNonNull(value));
    }

    static double real(@Nullable Object value) {
        if (value instanceof Double real) {
            return real;
        }
        double real = big(value).doubleValue();
        if (Double.isInfinite(real)) {
            throw JinjaException.value("int too large to convert to float");
        }
        return real;
    }

    static Object normal(BigInteger value) {
        if (value.bitLength() > Limits.BITS) {
            throw JinjaException.limit("an integer of more than " + Limits.BITS + " bits");
        }
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    static int compare(Object a, Object b, String operator) {
        if (a instanceof Long first && b instanceof Long second) {
            return Long.compare(first, second);
        }
        if (isInteger(a) && isInteger(b)) {
            return big(a).compareTo(big(b));
        }
        double first = a instanceof Double real ? real : 0;
        double second = b instanceof Double real ? real : 0;
        if (Double.isNaN(first) || Double.isNaN(second)) {
            return UNORDERED;
        }
        if (Double.isInfinite(first) || Double.isInfinite(second)) {
            return Double.compare(first, second);
        }
        return exact(a).compareTo(exact(b));
    }

    private static BigDecimal exact(Object value) {
        return value instanceof Double real ? new BigDecimal(real) : new BigDecimal(big(value));
    }

    /** An operation on two numbers: {@code + - * / // % **}. */
    static Object calculate(String operator, Object a, Object b) {
        if (isInteger(a) && isInteger(b)) {
            return integers(operator, big(a), big(b));
        }
        double first = real(a);
        double second = real(b);
        return switch (operator) {
            case "+" -> first + second;
            case "-" -> first - second;
            case "*" -> first * second;
            case "/" -> first / nonZero(second);
            case "//" -> floorDivided(first, nonZero(second));
            case "%" -> modulo(first, nonZero(second));
            default -> power(first, second);
        };
    }

    private static Object integers(String operator, BigInteger a, BigInteger b) {
        switch (operator) {
            case "+":
                return normal(a.add(b));
            case "-":
                return normal(a.subtract(b));
            case "*":
                if (a.bitLength() + (long) b.bitLength() > Limits.BITS) {
                    throw JinjaException.limit("an integer of more than " + Limits.BITS + " bits");
                }
                return normal(a.multiply(b));
            case "**":
                return power(a, b);
            default:
                break;
        }
        if (b.signum() == 0) {
            throw zero();
        }
        if (operator.equals("/")) {
            return new BigDecimal(a)
                    .divide(new BigDecimal(b), new MathContext(40))
                    .doubleValue();
        }
        BigInteger[] divided = a.divideAndRemainder(b);
        boolean down = divided[1].signum() != 0 && divided[1].signum() != b.signum();
        return normal(
                operator.equals("%")
                        ? down ? divided[1].add(b) : divided[1]
                        : down ? divided[0].subtract(BigInteger.ONE) : divided[0]);
    }

    private static Object power(BigInteger a, BigInteger b) {
        if (b.signum() < 0) {
            if (a.signum() == 0) {
                throw zero();
            }
            return Math.pow(a.doubleValue(), b.doubleValue());
        }
        if (a.bitLength() > 1 && b.bitLength() > 15 || a.bitLength() * b.doubleValue() > 2.0 * Limits.BITS) {
            throw JinjaException.limit("an integer of more than " + Limits.BITS + " bits");
        }
        // Only 0, 1 and -1 come here with an exponent that is no int.
        return normal(
                a.bitLength() <= 1 && a.abs().bitLength() <= 1
                        ? a.signum() < 0 && !b.testBit(0) ? BigInteger.ONE : b.signum() == 0 ? BigInteger.ONE : a
                        : a.pow(b.intValueExact()));
    }

    private static double power(double a, double b) {
        if (a == 0 && b < 0) {
            throw zero();
        }
        if (a < 0 && b != Math.rint(b)) {
            throw new JinjaException(JinjaException.Kind.UNSUPPORTED, "complex numbers are not supported");
        }
        double power = Math.pow(a, b);
        if (Double.isInfinite(power) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
            throw JinjaException.value("numerical result out of range");
        }
        return power;
    }

    private static double floorDivided(double a, double b) {
        double rest = modulo(a, b);
        double quotient = (a - rest) / b;
        if (quotient == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double modulo(double a, double b) {
        double rest = a % b;
        if (rest != 0) {
            return rest < 0 != b < 0 ? rest + b : rest;
        }
        return Math.copySign(0.0, b);
    }

    private static double nonZero(double divisor) {
        if (divisor == 0) {
            throw zero();
        }
        return divisor;
    }

    private static JinjaException zero() {
        return new JinjaException(JinjaException.Kind.ZERO_DIVISION, "division by zero");
    }

    static Object negative(@Nullable Object value) {
        if (value instanceof Double real) {
            return -real;
        }
        if (isInteger(value)) {
            return normal(big(value).negate());
        }
        throw value instanceof Undefined undefined
                ? undefined.failure()
                : JinjaException.type("bad operand type for unary -: '" + Types.name(value) + "'");
    }

    static Object positive(@Nullable Object value) {
        if (value instanceof Double) {
            return value;
        }
        if (isInteger(value)) {
            return normal(big(value));
        }
        throw value instanceof Undefined undefined
                ? undefined.failure()
                : JinjaException.type("bad operand type for unary +: '" + Types.name(value) + "'");
    }

    /** A whole real as an integer. */
    static Object truncated(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw JinjaException.value(
                    "cannot convert float " + (Double.isNaN(value) ? "NaN" : "infinity") + " to integer");
        }
        return normal(new BigDecimal(value).toBigInteger());
    }

    /** Python's {@code round(value, digits)}: halves go to the even neighbour. */
    static double rounded(double value, int digits) {
        if (Double.isNaN(value) || Double.isInfinite(value) || digits > 330) {
            return value;
        }
        double rounded = digits < -330
                ? 0
                : new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
        return Math.copySign(rounded, value);
    }

    /** {@code repr} of a float: the shortest decimal that reads back, with an exponent below 1e-4 and from 1e16 on. */
    static String text(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value < 0 ? "-inf" : "inf";
        }
        String sign = value < 0 || 1 / value < 0 ? "-" : "";
        if (value == 0) {
            return sign + "0.0";
        }
        BigDecimal decimal = shortest(Math.abs(value)).stripTrailingZeros();
        String digits = decimal.unscaledValue().toString();
        int exponent = digits.length() - decimal.scale() - 1;
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
            String power = (exponent < 0 ? "e-" : "e+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
            return sign + digits.charAt(0) + fraction + power;
        }
        String plain = decimal.toPlainString();
        return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
    }

    /** Double.toString gives more digits than needed before Java 19. */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int precision = 1; precision < 17; precision++) {
            BigDecimal rounded = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == value) {
                return rounded;
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN));
    }

    /** Python's {@code int(text, base)}; null if the text is no integer. */
    static @Nullable Object parse(String text, int base) {
        String digits = text.strip().toLowerCase(java.util.Locale.ROOT);
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        int radix = base;
        String prefix = digits.length() > 2 && digits.charAt(0) == '0' ? digits.substring(0, 2) : "";
        int named =
                switch (prefix) {
                    case "0x" -> 16;
                    case "0o" -> 8;
                    case "0b" -> 2;
                    default -> 0;
                };
        if (named != 0 && (base == 0 || base == named)) {
            radix = named;
            digits = digits.substring(2).replaceFirst("^_", "");
        } else if (base == 0) {
            radix = digits.matches("0[0_]*|[1-9].*") ? 10 : 0;
        }
        if (radix < 2 || radix > 36 || !digits.matches("[\\p{Nd}a-z]+(_[\\p{Nd}a-z]+)*")) {
            return null;
        }
        try {
            BigInteger value = new BigInteger(digits.replace("_", ""), radix);
            return normal(negative ? value.negate() : value);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Python's {@code float(text)}; null if the text is no number. */
    static @Nullable Double parseReal(String text) {
        StringBuilder ascii = new StringBuilder();
        text.strip()
                .codePoints()
                .forEach(c -> ascii.appendCodePoint(Characters.isDecimal(c) ? '0' + Character.digit(c, 10) : c));
        String number = ascii.toString().toLowerCase(java.util.Locale.ROOT);
        if (number.matches("[+-]?(inf|infinity)")) {
            return number.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (number.matches("[+-]?nan")) {
            return Double.NaN;
        }
        if (!number.matches("[+-]?(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)(e[+-]?\\d+(_\\d+)*)?")) {
            return null;
        }
        return Double.valueOf(number.replace("_", ""));
    }
}
