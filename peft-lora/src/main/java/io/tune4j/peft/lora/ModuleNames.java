// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A choice of projections in the two forms that peft's {@code target_modules} and {@code exclude_modules} have. */
sealed interface ModuleNames {
    /** Brackets within each other: each takes a part of the thread's stack, for the compiler and for each match. */
    int DEEPEST = 50;

    /** Whether a projection, by its full name, is chosen. */
    boolean matches(String name);

    /** Whole names, or their last parts: {@code q_proj} chooses {@code model.layers.0.self_attn.q_proj}. */
    record Listed(Set<String> names) implements ModuleNames {
        public Listed {
            names = Collections.unmodifiableSet(new TreeSet<>(names));
        }

        static Listed of(List<String> names) {
            return new Listed(Set.copyOf(names));
        }

        boolean matchesWhole(String name) {
            return names.contains(name);
        }

        @Override
        public boolean matches(String name) {
            return matchesWhole(name) || names.stream().anyMatch(end -> endsWith(name, end));
        }

        static boolean endsWith(String name, String end) {
            return name.endsWith("." + end);
        }
    }

    /** A regular expression in Python's syntax that must match the whole name. */
    record Expression(String text, Pattern pattern) implements ModuleNames {
        /** @throws PatternSyntaxException if it is none */
        static Expression of(String text) {
            return new Expression(text, compile(text));
        }

        @Override
        public boolean matches(String name) {
            return pattern.matcher(new BoundedText(name, text)).matches();
        }
    }

    /**
     * Whether a key of {@code rank_pattern} or {@code alpha_pattern} applies: a regular expression for the name's end,
     * beginning at the name's start or after a dot (peft's {@code get_pattern_key}).
     */
    static boolean patternApplies(String key, String name) {
        return compile("(.*\\.)?(" + key + ")")
                .matcher(new BoundedText(name, key))
                .matches();
    }

    /** Python writes named groups and their back references in its own way; the rest of what people use is the same. */
    static Pattern compile(String python) {
        requireShallow(python);
        String java = python.replaceAll("\\(\\?P<", "(?<")
                .replaceAll("\\(\\?P=(\\w+)\\)", Matcher.quoteReplacement("\\k<") + "$1>");
        return Pattern.compile(java);
    }

    private static void requireShallow(String expression) {
        int depth = 0;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
            if (depth > DEEPEST) {
                throw new PatternSyntaxException("more than " + DEEPEST + " brackets within each other", expression, i);
            }
        }
    }
}
