// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A config's options for the checkpoint's chat template.
 *
 * @param date that {@code strftime_now} writes, or null for today
 * @param variables by name, for templates that have switches such as {@code enable_thinking}
 */
record TemplateOptions(@Nullable LocalDate date, Map<String, Object> variables) {
    static final TemplateOptions NONE = new TemplateOptions(null, Map.of());

    private static final String DATE = "chat_template_date";
    private static final String VARIABLES = "chat_template_kwargs";
    private static final Pattern OPTIONAL_CLOCK = Pattern.compile("strftime_now\\s+is\\s+(not\\s+)?defined");

    TemplateOptions {
        variables = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    static TemplateOptions read(ConfigReader options) {
        String text = options.stringOrNull(DATE);
        LocalDate date = null;
        try {
            date = text == null ? null : LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            options.problem(DATE, "expected a date such as 2026-01-31, found '" + text + "'");
        }
        Map<String, Object> variables = new LinkedHashMap<>();
        ConfigReader section = options.sectionOrNull(VARIABLES);
        if (section != null) {
            section.keys().forEach(name -> {
                variables.put(name, value(section.node(name)));
                section.claim(name);
            });
        }
        return new TemplateOptions(date, variables);
    }

    private static @Nullable Object value(@Nullable ConfigNode node) {
        if (node instanceof ConfigNode.Mapping mapping) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            mapping.entries().forEach((name, inner) -> values.put(name, value(inner)));
            return values;
        }
        if (node instanceof ConfigNode.Sequence sequence) {
            List<@Nullable Object> values = new ArrayList<>();
            sequence.items().forEach(inner -> values.add(value(inner)));
            return values;
        }
        return node instanceof ConfigNode.Scalar scalar ? scalar.value() : null;
    }

    /**
     * The clock of a template. One that has a date for when there is no clock gets none, so that a run repeats on another day; one that
     * asks for the date in any case gets today's.
     */
    @Nullable
    Clock clock(String template) {
        if (date != null) {
            return Clock.fixed(date.atStartOfDay(ZoneOffset.UTC).toInstant(), ZoneOffset.UTC);
        }
        return OPTIONAL_CLOCK.matcher(template).find() ? null : Clock.system(ZoneId.systemDefault());
    }

    /** Whether the output of a template depends on the day. */
    boolean isDated(String template) {
        return date == null && template.contains("strftime_now") && clock(template) != null;
    }
}
