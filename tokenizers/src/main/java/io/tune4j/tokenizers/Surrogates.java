// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Texts without half surrogate pairs. JSON can hold half of one (an emoji cut in two), and UTF-8 cannot, so each becomes U+FFFD, the
 * replacement character, and the sample says so.
 */
final class Surrogates {
    private static final String CHANGE = "half a surrogate pair (a broken character) became U+FFFD";

    private Surrogates() {}

    static String mended(String text, TokenBuilder tokens) {
        int broken = firstBroken(text);
        if (broken < 0) {
            return text;
        }
        tokens.changed(CHANGE);
        StringBuilder mended = new StringBuilder(text);
        while (broken >= 0) {
            mended.setCharAt(broken, '\uFFFD');
            broken = firstBroken(mended);
        }
        return mended.toString();
    }

    private static int firstBroken(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (!pair) {
                return i;
            }
            i++;
        }
        return -1;
    }

    static Conversation mended(Conversation conversation, TokenBuilder tokens) {
        List<Message> messages = new ArrayList<>(conversation.messages().size());
        for (Message message : conversation.messages()) {
            messages.add(new Message(
                    message.role(),
                    mended(message.content(), tokens),
                    message.weight(),
                    fields(message.fields(), tokens)));
        }
        return new Conversation(messages, fields(conversation.variables(), tokens));
    }

    private static Map<String, Object> fields(Map<String, Object> fields, TokenBuilder tokens) {
        Map<String, Object> mended = new LinkedHashMap<>();
        fields.forEach((name, value) -> mended.put(mended(name, tokens), value(value, tokens)));
        return mended;
    }

    private static @Nullable Object value(@Nullable Object value, TokenBuilder tokens) {
        if (value instanceof String text) {
            return mended(text, tokens);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> mended = new ArrayList<>();
            list.forEach(item -> mended.add(value(item, tokens)));
            return mended;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> mended = new LinkedHashMap<>();
            map.forEach((name, inner) -> mended.put(mended(String.valueOf(name), tokens), value(inner, tokens)));
            return mended;
        }
        return value;
    }
}
