// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import io.tune4j.api.data.TextTemplates;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code doc_to_text}, {@code doc_to_target} and {@code doc_to_choice} say: a number, a list, or a text that is the name of a field
 * or a template.
 *
 * @param fixed the number or list, or null
 * @param text the field's name or the template's source, or null
 * @param template parsed, or null
 */
record Field(@Nullable Object fixed, @Nullable String text, TextTemplates.@Nullable Template template) {
    static Field fixed(Object value) {
        return new Field(value, null, null);
    }

    /** The value for a record: a text, a number or a list. */
    @Nullable
    Object of(Map<String, @Nullable Object> record) {
        if (fixed != null || text == null || template == null) {
            return fixed;
        }
        return record.containsKey(text) ? record.get(text) : template.render(record);
    }

    /**
     * The value where choices are asked for: a text that looks like a number is one, and one that looks like a list is one.
     *
     * @param lists whether a text must be a list
     */
    @Nullable
    Object literal(Map<String, @Nullable Object> record, boolean lists) {
        Object value = of(record);
        if (!(value instanceof String rendered) || record.containsKey(text)) {
            return value;
        }
        if (rendered.matches("\\d{1,9}") && !lists) {
            return Long.valueOf(rendered);
        }
        boolean looksLikeList = rendered.startsWith("[") && rendered.endsWith("]");
        if (!lists && !looksLikeList) {
            return rendered;
        }
        try {
            return PythonLiteral.read(rendered);
        } catch (IllegalArgumentException e) {
            if (lists) {
                throw e;
            }
            return rendered;
        }
    }

    /** Texts of a list's items. */
    static List<String> texts(List<?> items) {
        return items.stream().map(String::valueOf).toList();
    }
}
