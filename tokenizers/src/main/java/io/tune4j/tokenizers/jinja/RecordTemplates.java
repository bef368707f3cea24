// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.TextTemplates;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * {@code jinja}: templates over the fields of a record, in the environment that EleutherAI's harness sets up for its task files. White
 * space stays, {@code regex_replace} is there, and a field that the record does not have is an error.
 */
public final class RecordTemplates implements ComponentFactory<TextTemplates>, TextTemplates {
    private static final String REGEX_REPLACE = "regex_replace";

    @Override
    public Class<TextTemplates> type() {
        return TextTemplates.class;
    }

    @Override
    public String name() {
        return "jinja";
    }

    @Override
    public String summary() {
        return "Jinja over the fields of a record, as task files of evaluations have it";
    }

    @Override
    public TextTemplates create(ConfigReader options, ComponentContext context) {
        return this;
    }

    @Override
    public TextTemplates.Template parse(String source, String origin) {
        io.tune4j.tokenizers.jinja.Template template = parsed(source, origin);
        Set<String> needed = template.outputNames();
        return fields -> {
            for (String name : needed) {
                if (!fields.containsKey(name)) {
                    throw new DataException(origin + ": the template names '" + name
                            + "', which the record does not have; it has " + String.join(", ", fields.keySet()));
                }
            }
            try {
                return template.render(variables(fields)).value();
            } catch (JinjaException e) {
                throw new DataException(origin + ": the template fails: " + e.getMessage(), e);
            }
        };
    }

    private static io.tune4j.tokenizers.jinja.Template parsed(String source, String origin) {
        try {
            return io.tune4j.tokenizers.jinja.Template.parse(keepingSpace(source), null);
        } catch (JinjaException e) {
            throw new UserException(
                    origin + ": the template is not valid: " + e.getMessage()
                            + (e.line() > 0 ? ", line " + e.line() : ""),
                    e);
        }
    }

    /** Signs every tag that has no sign with a plus, which keeps the white space around it, and keeps the last line break. */
    private static String keepingSpace(String source) {
        String kept = source.replaceAll("\\{%(?![-+])", "{%+").replaceAll("(?<![-+])%\\}", "+%}");
        return kept.endsWith("\n") ? kept + "\n" : kept;
    }

    private static Map<String, @Nullable Object> variables(Map<String, ? extends @Nullable Object> fields) {
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put(REGEX_REPLACE, (Function) (frame, given) -> replaced(given));
        fields.forEach((name, value) -> variables.put(name, Values.of(value, null)));
        return variables;
    }

    /** {@code regex_replace(pattern, replacement)}, with Python's group references. */
    private static Text replaced(Arguments given) {
        String text = Printing.str(given.need(0, "text")).value();
        String pattern = given.text(1, "pattern", Text.EMPTY).value();
        String by = given.text(2, "repl", Text.EMPTY).value();
        try {
            return Text.of(text.replaceAll(pattern, by.replace("$", "\\$").replaceAll("\\\\(\\d)", "\\$$1")));
        } catch (PatternSyntaxException | IndexOutOfBoundsException e) {
            throw JinjaException.value("'" + pattern + "' is not a regular expression: " + e.getMessage());
        }
    }

    /** The filter of the same name: it calls the variable, so that only these templates have it. */
    static void addTo(Map<String, Filter> filters) {
        Filters.add(filters, REGEX_REPLACE, List.of("pattern", "repl"), (frame, value, given) -> {
            if (!(frame.get(REGEX_REPLACE) instanceof Function function)) {
                throw JinjaException.type("No filter named '" + REGEX_REPLACE + "'.");
            }
            return function.call(
                    frame,
                    new Arguments(
                            java.util.Arrays.asList(value, given.need(0, "pattern"), given.get(1, "repl", Text.EMPTY)),
                            Map.of()));
        });
    }
}
