// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * A megabyte of many scripts, code, emoji, marks, odd white space and any characters of Unicode, the same in each run: drawn from {@code
 * large/parts.json} as {@code scripts/golden/tokenizer.py} draws it.
 */
final class MultilingualText {
    private static final int BYTES = 1_000_000;

    private final JsonNode parts;
    private final StringBuilder text = new StringBuilder();
    private long state = 20_240_726;

    private MultilingualText(JsonNode parts) {
        this.parts = parts;
    }

    static String make() throws IOException {
        try (InputStream file = MultilingualText.class.getResourceAsStream("large/parts.json")) {
            MultilingualText made = new MultilingualText(new ObjectMapper().readTree(file));
            int bytes = 0;
            while (bytes < BYTES) {
                int from = made.text.length();
                made.word();
                bytes += made.text.substring(from).getBytes(StandardCharsets.UTF_8).length;
            }
            return made.text.toString();
        }
    }

    /** Knuth's linear congruential generator (MMIX); its upper half. */
    private int draw(int bound) {
        state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
        return (int) ((state >>> 33) % bound);
    }

    private JsonNode oneOf(String kind) {
        return parts.get(kind).get(draw(parts.get(kind).size()));
    }

    private void from(JsonNode range) {
        int first = range.get(0).asInt();
        text.appendCodePoint(first + draw(range.get(1).asInt() - first + 1));
    }

    private void word() {
        int kind = draw(10);
        if (kind < 6) {
            JsonNode script = oneOf("scripts");
            int letters = 1 + draw(9);
            for (int i = 0; i < letters; i++) {
                from(script);
                if (draw(12) == 0) {
                    from(oneOf("marks"));
                }
            }
        } else if (kind == 6) {
            JsonNode signs = oneOf("signs");
            int count = 1 + draw(3);
            for (int i = 0; i < count; i++) {
                from(signs);
            }
        } else if (kind == 7) {
            text.append(oneOf("pieces").asText());
        } else if (kind == 8) {
            String piece = oneOf("spaces").asText();
            text.append(piece.repeat(1 + draw(6)));
        } else {
            int any = draw(0x110000);
            text.appendCodePoint(any >= 0xD800 && any < 0xE000 ? '?' : any);
        }
        text.append(oneOf("spaces").asText());
    }
}
