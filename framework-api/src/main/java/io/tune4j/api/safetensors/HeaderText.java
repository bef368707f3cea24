// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.safetensors.TensorEntry.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes headers as the reference implementation's {@code serialize} does, so that files are equal to the byte. */
final class HeaderText {
    private static final Comparator<TensorSpec> ORDER = Comparator.<TensorSpec, StoredType>comparing(
                    tensor -> StoredType.of(tensor.dtype()))
            .reversed()
            .thenComparing(TensorSpec::name, HeaderText::compareCodePoints);

    private HeaderText() {}

    /** Orders tensors by decreasing alignment of the dtype, then by the name's code points (the order of its UTF-8 bytes). */
    static List<TensorSpec> order(Collection<TensorSpec> tensors) {
        Set<String> names = new HashSet<>();
        for (TensorSpec tensor : tensors) {
            if (tensor.name().equals(SafetensorsHeader.METADATA) || !names.add(tensor.name())) {
                throw new InternalException("tensor name '" + tensor.name() + "' is reserved or declared twice");
            }
        }
        return tensors.stream().sorted(ORDER).toList();
    }

    /** The 8 bytes of length, the JSON text, and spaces to a multiple of 8 bytes. */
    static ByteBuffer write(List<TensorSpec> order, Map<String, String> metadata) {
        StringBuilder json = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            String text = new TreeMap<>(metadata)
                    .entrySet().stream()
                            .map(entry -> quote(entry.getKey()) + ":" + quote(entry.getValue()))
                            .collect(Collectors.joining(",", "{", "}"));
            json.append(quote(SafetensorsHeader.METADATA)).append(':').append(text);
        }
        long offset = 0;
        for (TensorSpec tensor : order) {
            long end = Math.addExact(offset, tensor.byteLength());
            String shape = Arrays.toString(tensor.shape()).replace(" ", "");
            json.append(json.length() > 1 ? "," : "")
                    .append(quote(tensor.name()))
                    .append(":{\"dtype\":\"")
                    .append(tensor.dtype().safetensorsName())
                    .append("\",\"shape\":")
                    .append(shape)
                    .append(",\"data_offsets\":[")
                    .append(offset)
                    .append(',')
                    .append(end)
                    .append("]}");
            offset = end;
        }
        ByteBuffer utf8 = encode(json.append('}'));
        int length = (utf8.remaining() + 7) / 8 * 8;
        if (length > SafetensorsHeader.MAX_BYTES) {
            throw new InternalException("a header of " + length + " bytes is longer than the format allows");
        }
        ByteBuffer header = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(length).put(utf8);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }

    private static ByteBuffer encode(CharSequence text) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new InternalException("a tensor name or metadata text is not valid Unicode", e);
        }
    }

    // serde_json's escapes: the short ones, lower-case hex for other control characters, all else as it is.
    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        text.chars().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c < 0x20) {
                        quoted.append(c < 0x10 ? "\\u000" : "\\u00").append(Integer.toHexString(c));
                    } else {
                        quoted.append((char) c);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }

    private static int compareCodePoints(String a, String b) {
        Iterator<Integer> left = a.codePoints().iterator();
        Iterator<Integer> right = b.codePoints().iterator();
        while (left.hasNext() && right.hasNext()) {
            int order = Integer.compare(left.next(), right.next());
            if (order != 0) {
                return order;
            }
        }
        return Boolean.compare(left.hasNext(), right.hasNext());
    }
}
