// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.Problems;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A resolved tree as YAML that loads to an equal tree, with the origin of each value beside it. */
public final class ConfigWriter {
    /** Text that needs no quotes in any position. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_/~][A-Za-z0-9_./+~@-]*");

    private static final int COMMENT_COLUMN = 56;

    private final StringBuilder out = new StringBuilder();
    private final boolean resolved;
    private final boolean sorted;

    private ConfigWriter(boolean resolved, boolean sorted) {
        this.resolved = resolved;
        this.sorted = sorted;
    }

    /** Lists keys that stand only for others' values. */
    static final String VARIABLES = "_variables_";

    /** A tree whose references are resolved. */
    public static String write(Mapping root) {
        return write(root, true, false);
    }

    /**
     * A tree whose references are resolved, so that it can be loaded again.
     *
     * @param problems that the loader was given: they know which keys others referred to
     */
    public static String write(Mapping root, Problems problems, boolean sorted) {
        String text = write(root, true, sorted);
        return problems.referred().isEmpty()
                ? text
                : text + VARIABLES + ": [" + String.join(", ", problems.referred()) + "]\n";
    }

    /**
     * Any tree.
     *
     * @param resolved whether {@code ${...}} in its texts is meant literally; otherwise it is a reference and stays one
     * @param sorted whether keys come in alphabetical order instead of the source's
     */
    public static String write(Mapping root, boolean resolved, boolean sorted) {
        if (root.entries().isEmpty()) {
            return "{}\n";
        }
        ConfigWriter writer = new ConfigWriter(resolved, sorted);
        writer.entries(root, 0);
        return writer.out.toString();
    }

    private void entries(Mapping mapping, int indent) {
        Map<String, ConfigNode> entries = sorted ? new TreeMap<>(mapping.entries()) : mapping.entries();
        entries.forEach((key, value) -> entry(" ".repeat(indent) + quoted(key) + ":", value, indent));
    }

    private void entry(String head, ConfigNode value, int indent) {
        if (value instanceof Scalar scalar) {
            line(head + " " + text(scalar), scalar.origin());
        } else if (value instanceof Mapping mapping) {
            if (mapping.entries().isEmpty()) {
                line(head + " {}", mapping.origin());
            } else {
                out.append(head).append('\n');
                entries(mapping, indent + 2);
            }
        } else {
            sequence(head, (Sequence) value, indent);
        }
    }

    private void sequence(String head, Sequence sequence, int indent) {
        List<ConfigNode> items = sequence.items();
        if (items.stream().allMatch(Scalar.class::isInstance)) {
            List<String> texts = items.stream().map(item -> text((Scalar) item)).toList();
            line(head + " [" + String.join(", ", texts) + "]", sequence.origin());
            return;
        }
        out.append(head).append('\n');
        for (ConfigNode item : items) {
            String dash = " ".repeat(indent + 2) + "-";
            if (item instanceof Mapping mapping && !mapping.entries().isEmpty()) {
                out.append(dash).append('\n');
                entries(mapping, indent + 4);
            } else {
                entry(dash, item, indent + 2);
            }
        }
    }

    private void line(String text, Origin origin) {
        out.append(text);
        if (origin != Origin.DEFAULT) {
            out.append(" ".repeat(Math.max(1, COMMENT_COLUMN - text.length()))).append("# ");
            // An origin may quote an override with any character in it.
            out.append(origin.text().replaceAll("\\p{Cntrl}", " "));
        }
        out.append('\n');
    }

    private String text(Scalar scalar) {
        if (scalar.value() == null) {
            return "null";
        }
        return scalar.value() instanceof String text ? quoted(text) : scalar.text();
    }

    /** Bare where that reads back as the same text, else in double quotes. */
    private String quoted(String text) {
        if (PLAIN.matcher(text).matches() && text.equals(ScalarTypes.typed(text))) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (resolved && c == '$' && text.startsWith("${", i)) {
                // Not a reference: what was one is resolved by now.
                quoted.append("\\\\$");
            } else if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c == '\n') {
                quoted.append("\\n");
            } else if (c < ' ' || c == 0x7f || (c >= 0x80 && !Character.isLetterOrDigit(c))) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
