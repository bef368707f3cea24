// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code value.name} and {@code value[key]}, as Jinja's sandboxed environment looks them up. */
final class Attributes {
    /** An attribute whose value is None; null says that there is no such attribute. */
    static final Object NONE = new Object();

    private static final String UNSAFE = "__";
    private static final Set<String> OF_ALL_OBJECTS =
            Set.of("__class__", "__doc__", "__init__", "__str__", "__eq__", "__hash__", "__module__");
    /** Attributes of Python's types that no template of a model uses. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "as_integer_ratio",
            "bit_count",
            "from_bytes",
            "fromhex",
            "fromkeys",
            "hex",
            "striptags",
            "to_bytes",
            "unescape");

    private Attributes() {}

    /** {@code value.name}: an attribute, or else an item. */
    static @Nullable Object attribute(@Nullable Object value, String name) {
        if (value instanceof Undefined undefined
                && !(undefined.kind() == JinjaException.Kind.UNDEFINED && OF_ALL_OBJECTS.contains(name))) {
            throw undefined.failure();
        }
        if (name.startsWith(UNSAFE) && !(value instanceof Dict dict && dict.has(Text.of(name)))) {
            return Undefined.unsafe(name, value == null ? "None" : value);
        }
        Object own = own(value, name);
        if (own != null) {
            return own == NONE ? null : own;
        }
        if (value instanceof Namespace namespace && namespace.has(name)) {
            return namespace.get(name);
        }
        Text key = Text.of(name);
        if (value instanceof Dict dict && dict.has(key)) {
            return dict.get(key);
        }
        return missing(value, name);
    }

    /** {@code value[key]}: an item, or else an attribute. */
    static @Nullable Object item(@Nullable Object value, @Nullable Object key) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (value instanceof Dict dict && isKey(key) && dict.has(key)) {
            return dict.get(key);
        }
        if (value instanceof Namespace namespace && key instanceof Text name) {
            return namespace.has(name.value()) ? namespace.get(name.value()) : missing(value, name.value());
        }
        if (Numbers.isInteger(key) && (value instanceof Text || value instanceof Sequence)) {
            Object element = element(value, Numbers.big(key));
            if (element != Attributes.class) {
                return element;
            }
        }
        if (key instanceof Text name) {
            if (name.value().startsWith(UNSAFE)) {
                return Undefined.unsafe(name.value(), value == null ? "None" : value);
            }
            Object own = own(value, name.value());
            return own == null ? missing(value, name.value()) : own == NONE ? null : own;
        }
        return missing(
                value, Printing.repr(key instanceof Undefined ? null : key).value());
    }

    private static boolean isKey(@Nullable Object key) {
        return !(key instanceof Dict || key instanceof Sequence list && list.kind() != Sequence.Kind.TUPLE);
    }

    /** The element at a position, counted from the end if negative; this class if there is none. */
    private static @Nullable Object element(Object value, BigInteger position) {
        int size = (int) Types.length(value);
        BigInteger index = position.signum() < 0 ? position.add(BigInteger.valueOf(size)) : position;
        boolean there = index.signum() >= 0 && index.compareTo(BigInteger.valueOf(size)) < 0;
        if (!there || value instanceof Sequence list && !list.kind().isIndexed()) {
            return Attributes.class;
        }
        if (value instanceof Text text) {
            int at = text.unit(index.intValue());
            return text.substring(at, at + Character.charCount(text.value().codePointAt(at)));
        }
        return ((Sequence) value).items().get(index.intValue());
    }

    private static Undefined missing(@Nullable Object value, String name) {
        if (UNSUPPORTED.contains(name)) {
            throw new JinjaException(
                    JinjaException.Kind.UNSUPPORTED, "'" + name + "' of '" + Types.name(value) + "' is not supported");
        }
        return Undefined.of("'" + Types.name(value) + " object' has no attribute '" + name + "'");
    }

    /** The attribute that the type of a value has by a name; null if there is none. */
    private static @Nullable Object own(@Nullable Object value, String name) {
        if (value instanceof Text text) {
            return TextMethods.find(text, name);
        }
        if (value instanceof Dict dict) {
            return DictMethods.find(dict, name);
        }
        if (value instanceof Sequence list) {
            return ListMethods.find(list, name);
        }
        if (value instanceof Loop loop) {
            return loop.attribute(name);
        }
        if (value instanceof Globals.Cycler cycler) {
            return cycler.attribute(name);
        }
        if (value instanceof Globals.Joiner joiner) {
            return joiner.attribute(name);
        }
        if (value instanceof Macro macro) {
            return macro.attribute(name);
        }
        if (value instanceof Globals.Blocks blocks) {
            return blocks.attribute(name);
        }
        return Types.isNumber(value) ? number(value, name) : null;
    }

    private static @Nullable Object number(@Nullable Object value, String name) {
        if (value instanceof Double real) {
            return switch (name) {
                case "is_integer" ->
                    (Function) (frame, arguments) -> real == Math.rint(real) && !Double.isInfinite(real);
                case "conjugate" -> (Function) (frame, arguments) -> real;
                case "real" -> real;
                case "imag" -> 0.0;
                default -> null;
            };
        }
        if (Numbers.isInteger(value)) {
            switch (name) {
                case "bit_length":
                    return (Function) (frame, arguments) ->
                            (long) Numbers.big(value).abs().bitLength();
                case "conjugate":
                    return (Function) (frame, arguments) -> Numbers.positive(value);
                case "real", "numerator":
                    return Numbers.positive(value);
                case "imag":
                    return 0L;
                case "denominator":
                    return 1L;
                default:
                    break;
            }
        }
        return null;
    }

    /** The part of a value that an {@code attribute} argument names, such as {@code function.name} or {@code 0}. */
    static @Nullable Object path(@Nullable Object value, @Nullable Object attribute, @Nullable Object otherwise) {
        Object part = value;
        for (Object name : parts(attribute)) {
            part = item(part, name);
            if (part instanceof Undefined && otherwise != null) {
                part = otherwise;
            }
        }
        return part;
    }

    private static List<? extends @Nullable Object> parts(@Nullable Object attribute) {
        if (!(attribute instanceof Text text)) {
            return attribute == null ? List.of() : List.of(attribute);
        }
        return java.util.Arrays.stream(text.value().split("\\.", -1))
                .map(part -> !part.isEmpty() && part.chars().allMatch(Character::isDigit)
                        ? (Object) Long.valueOf(part)
                        : Text.of(part))
                .toList();
    }
}
