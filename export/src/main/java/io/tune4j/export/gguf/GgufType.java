// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf;

import io.tune4j.export.gguf.blocks.BlockCodec;
import io.tune4j.export.gguf.blocks.PlainCodec;
import io.tune4j.export.gguf.blocks.SmallBlocks;
import io.tune4j.export.gguf.blocks.SuperBlocks;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An encoding of a tensor's elements. */
public enum GgufType {
    F32(0, 0, PlainCodec.F32),
    F16(1, 1, PlainCodec.F16),
    BF16(30, 32, PlainCodec.BF16),
    Q8_0(8, 7, SmallBlocks.Q8_0),
    Q6_K(14, 18, SuperBlocks.Q6_K),
    Q5_0(6, 8, SmallBlocks.Q5_0),
    Q4_K(12, 14, SuperBlocks.Q4_K),
    Q4_1(3, 3, SmallBlocks.Q4_1),
    Q4_0(2, 2, SmallBlocks.Q4_0);

    /** Encodings that are not read here, by their numbers, to name them in messages. */
    private static final Map<Integer, String> OTHERS = Map.ofEntries(
            Map.entry(7, "Q5_1"),
            Map.entry(9, "Q8_1"),
            Map.entry(10, "Q2_K"),
            Map.entry(11, "Q3_K"),
            Map.entry(13, "Q5_K"),
            Map.entry(15, "Q8_K"),
            Map.entry(16, "IQ2_XXS"),
            Map.entry(17, "IQ2_XS"),
            Map.entry(18, "IQ3_XXS"),
            Map.entry(19, "IQ1_S"),
            Map.entry(20, "IQ4_NL"),
            Map.entry(21, "IQ3_S"),
            Map.entry(22, "IQ2_S"),
            Map.entry(23, "IQ4_XS"),
            Map.entry(24, "I8"),
            Map.entry(25, "I16"),
            Map.entry(26, "I32"),
            Map.entry(27, "I64"),
            Map.entry(28, "F64"),
            Map.entry(29, "IQ1_M"),
            Map.entry(34, "TQ1_0"),
            Map.entry(35, "TQ2_0"),
            Map.entry(39, "MXFP4"));

    private final int number;
    private final int fileType;
    private final BlockCodec codec;

    GgufType(int number, int fileType, BlockCodec codec) {
        this.number = number;
        this.fileType = fileType;
        this.codec = codec;
    }

    /** The number in a tensor's entry. */
    public int number() {
        return number;
    }

    /** The value of {@code general.file_type} for a file whose matrices mostly have this encoding. */
    public int fileType() {
        return fileType;
    }

    public BlockCodec codec() {
        return codec;
    }

    /** Bits of an element on average, scales included. */
    public double bits() {
        return 8.0 * codec.bytes() / codec.elements();
    }

    /** Whether rows of that many elements are whole blocks. */
    public boolean fits(long rowLength) {
        return rowLength % codec.elements() == 0;
    }

    /** Bytes of that many elements, which are whole blocks. */
    public long byteLength(long elements) {
        return Math.multiplyExact(elements / codec.elements(), (long) codec.bytes());
    }

    /** The encoding with a number; empty if it is not read here. */
    public static Optional<GgufType> numbered(int number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }

    /** The encoding that a user names, in upper or lower case. */
    public static Optional<GgufType> named(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return Arrays.stream(values()).filter(type -> type.name().equals(upper)).findFirst();
    }

    /** The name of any encoding, for messages. */
    static String describe(int number) {
        return numbered(number).map(GgufType::name).orElseGet(() -> OTHERS.getOrDefault(number, "number " + number));
    }

    /** The names, for messages. */
    public static String names() {
        return Stream.of(values()).map(GgufType::name).collect(Collectors.joining(", "));
    }
}
