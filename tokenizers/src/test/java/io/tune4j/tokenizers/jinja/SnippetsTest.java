// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Small templates for each statement, filter, test, method and operator, and expressions drawn at random, against what Python's jinja2
 * makes of them; {@code scripts/golden/jinja_snippets.py} wrote what is expected.
 */
class SnippetsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Clock NOW = Clock.fixed(Instant.parse("2024-07-26T12:34:56Z"), ZoneOffset.UTC);

    /** Snippets that no model's template has: half a surrogate pair in a literal, and an infinite number at which Jinja itself fails. */
    private static final Set<String> OTHERWISE = Set.of("{{ '\\ud83d\\ude00'|length }}", "{{ 1e400|int }}");
    /** Features of Jinja that are refused by name. */
    private static final List<String> REFUSED = List.of(
            "{% autoescape %}",
            "HTML that is marked safe",
            "the filter 'pprint'",
            "the filter 'urlize'",
            "lipsum",
            "cannot be printed in the same way twice",
            "a range cannot be sliced",
            "str.encode",
            "str.translate",
            "str.maketrans",
            "'as_integer_ratio'",
            "'bit_count'",
            "'fromkeys'",
            "'hex'",
            "'striptags'",
            "'to_bytes'",
            "'unescape'");

    private static JsonNode snippets() throws IOException {
        try (InputStream file = SnippetsTest.class.getResourceAsStream("snippets.json")) {
            return JSON.readTree(file).get("snippets");
        }
    }

    /** The text that a snippet renders. */
    private static String rendered(JsonNode snippet) {
        Map<String, Object> variables = new HashMap<>();
        snippet.get("variables")
                .properties()
                .forEach(entry -> variables.put(
                        entry.getKey(), Values.of(JSON.convertValue(entry.getValue(), Object.class), "input")));
        return Template.parse(snippet.get("template").asText(), NOW)
                .render(variables)
                .value();
    }

    @Test
    void eachSnippetRendersOrFailsAsInJinja() throws IOException {
        List<String> differences = new ArrayList<>();
        Set<String> refused = new TreeSet<>();
        int count = 0;
        for (JsonNode snippet : snippets()) {
            count++;
            String template = snippet.get("template").asText();
            String expected = snippet.has("expected") ? snippet.get("expected").asText() : null;
            try {
                String made = rendered(snippet);
                if (!made.equals(expected) && !OTHERWISE.contains(template)) {
                    differences.add(snippet + " made: " + made);
                }
            } catch (JinjaException failed) {
                if (expected != null && failed.kind() == JinjaException.Kind.UNSUPPORTED) {
                    refused.add(failed.getMessage());
                } else if (expected != null) {
                    differences.add(snippet + " made: " + failed.kind() + " " + failed.getMessage());
                } else if (snippet.has("message")) {
                    assertThat(failed).hasMessage(snippet.get("message").asText());
                }
            }
        }
        assertThat(count).isGreaterThan(3700);
        assertThat(differences).isEmpty();
        assertThat(refused).allMatch(reason -> REFUSED.stream().anyMatch(reason::contains));
    }
}
