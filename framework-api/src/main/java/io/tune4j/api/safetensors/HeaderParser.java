// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tune4j.api.error.UserException;
import io.tune4j.api.safetensors.TensorEntry.StoredType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a header's JSON token by token, so that nothing in it can take more memory than its own length deserves. */
final class HeaderParser {
    // Far above any framework's limit; keeps a hostile shape out of messages.
    private static final int MAX_RANK = 64;

    private final Path path;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<DeclaredTensor> tensors = new ArrayList<>();

    HeaderParser(Path path) {
        this.path = path;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    List<DeclaredTensor> tensors() {
        return tensors;
    }

    /** @throws UserException if the bytes are not UTF-8, not JSON, or not a header */
    void parse(byte[] utf8) {
        StrictJson.parse(utf8, reason -> broken("its header " + reason), this::header);
    }

    private void header(JsonParser json) throws IOException {
        Set<String> names = new HashSet<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            if (!names.add(name)) {
                throw broken("its header has two entries named " + Names.quote(name));
            }
            json.nextToken();
            if (name.equals(SafetensorsHeader.METADATA)) {
                StrictJson.textMap(
                        json, metadata, reason -> broken("its " + SafetensorsHeader.METADATA + " " + reason));
            } else {
                tensor(json, name);
            }
        }
    }

    private void tensor(JsonParser json, String name) throws IOException {
        String subject = "tensor " + Names.quote(name);
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw broken(subject + " is described by something else than an object");
        }
        @Nullable StoredType type = null;
        long @Nullable [] shape = null;
        long @Nullable [] offsets = null;
        Set<String> fields = new HashSet<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            if (!fields.add(field)) {
                throw broken(subject + " has two fields named " + Names.quote(field));
            }
            json.nextToken();
            switch (field) {
                case "dtype" -> type = type(json, subject);
                case "shape" -> shape = numbers(json, subject + ": shape", MAX_RANK);
                case "data_offsets" -> offsets = numbers(json, subject + ": data_offsets", 2);
                // As in the reference implementation, further fields are none of a reader's business.
                default -> json.skipChildren();
            }
        }
        if (type == null || shape == null || offsets == null) {
            String lacking = type == null ? "dtype" : shape == null ? "shape" : "data_offsets";
            throw broken(subject + " has no " + lacking);
        }
        if (offsets.length != 2) {
            throw broken(subject + " has " + offsets.length + " data_offsets instead of 2");
        }
        tensors.add(new DeclaredTensor(name, type, shape, offsets[0], offsets[1]));
    }

    private StoredType type(JsonParser json, String subject) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw broken(subject + " has a dtype that is not a text");
        }
        StoredType type = StoredType.named(json.getText());
        if (type == null) {
            throw broken(subject + " has the unknown dtype " + Names.quote(json.getText()) + "; the format knows "
                    + Arrays.stream(StoredType.values()).map(Enum::name).collect(Collectors.joining(", ")));
        }
        return type;
    }

    private long[] numbers(JsonParser json, String subject, int most) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw broken(subject + " is not an array");
        }
        long[] numbers = new long[most];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    || json.getText().startsWith("-")) {
                throw broken(subject + " has " + Names.quote(json.getText()) + ", which is not a number from 0 to "
                        + Long.MAX_VALUE);
            }
            if (count == most) {
                throw broken(subject + " has more than " + most + " numbers");
            }
            numbers[count++] = json.getLongValue();
        }
        return Arrays.copyOf(numbers, count);
    }

    private UserException broken(String what) {
        return SafetensorsHeader.broken(path, what);
    }
}
