// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.node.NumericNode;
import java.io.IOException;
import java.io.Serial;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * A number as its record spells it: {@code 0.00001}, {@code 1.10} and {@code 1e3} are texts to learn, and no computer's way to print
 * a value may change them. Its value is there too.
 */
final class WrittenNumber extends NumericNode {
    @Serial
    private static final long serialVersionUID = 1;

    private static final int DIGITS_OF_LONG = 19;

    private final String written;
    private final boolean whole;

    /**
     * @param written as JSON spells numbers
     * @param whole whether there is no fraction and no exponent
     */
    WrittenNumber(String written, boolean whole) {
        this.written = written;
        this.whole = whole;
    }

    @Override
    public JsonToken asToken() {
        return whole ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_NUMBER_FLOAT;
    }

    @Override
    public NumberType numberType() {
        if (!whole) {
            return NumberType.DOUBLE;
        }
        return canConvertToInt() ? NumberType.INT : canConvertToLong() ? NumberType.LONG : NumberType.BIG_INTEGER;
    }

    @Override
    public Number numberValue() {
        return switch (numberType()) {
            case INT -> intValue();
            case LONG -> longValue();
            case BIG_INTEGER -> bigIntegerValue();
            default -> doubleValue();
        };
    }

    @Override
    public boolean isIntegralNumber() {
        return whole;
    }

    @Override
    public boolean isInt() {
        return whole && canConvertToInt();
    }

    @Override
    public boolean isLong() {
        return whole && canConvertToLong() && !canConvertToInt();
    }

    @Override
    public boolean isBigInteger() {
        return whole && !canConvertToLong();
    }

    @Override
    public boolean isFloatingPointNumber() {
        return !whole;
    }

    @Override
    public boolean isDouble() {
        return !whole;
    }

    @Override
    public boolean canConvertToInt() {
        return isBetween(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    @Override
    public boolean canConvertToLong() {
        return isBetween(Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private boolean isBetween(long least, long most) {
        if (!whole) {
            return doubleValue() >= least && doubleValue() <= most;
        }
        // Longer ones are beyond a long, however long they are.
        return written.length() <= DIGITS_OF_LONG + 1
                && bigIntegerValue().compareTo(BigInteger.valueOf(least)) >= 0
                && bigIntegerValue().compareTo(BigInteger.valueOf(most)) <= 0;
    }

    @Override
    public int intValue() {
        return (int) longValue();
    }

    @Override
    public long longValue() {
        return whole ? bigIntegerValue().longValue() : (long) doubleValue();
    }

    @Override
    public float floatValue() {
        return Float.parseFloat(written);
    }

    @Override
    public double doubleValue() {
        return Double.parseDouble(written);
    }

    @Override
    public BigDecimal decimalValue() {
        return new BigDecimal(written);
    }

    @Override
    public BigInteger bigIntegerValue() {
        // A fraction may have an exponent that no memory has the digits for.
        return whole ? new BigInteger(written) : BigInteger.valueOf((long) doubleValue());
    }

    @Override
    public String asText() {
        return written;
    }

    @Override
    public void serialize(JsonGenerator json, SerializerProvider provider) throws IOException {
        json.writeNumber(written);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WrittenNumber number && number.written.equals(written);
    }

    @Override
    public int hashCode() {
        return written.hashCode();
    }
}
