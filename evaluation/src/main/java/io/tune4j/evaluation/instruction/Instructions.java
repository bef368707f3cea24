// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.instruction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The instructions of IFEval that can be checked without a model of a language. Those that need one are left out: numbers of
 * sentences, numbers of capitalized words, and the language of an answer. {@code change_case} checks letters, not the language.
 */
public final class Instructions {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Map<String, BiPredicate<String, Given>> ALL = new HashMap<>();

    static {
        words();
        lengths();
        contents();
        formats();
        wholes();
    }

    private Instructions() {}

    private static void words() {
        ALL.put("keywords:existence", (answer, given) -> given.texts("keywords").stream()
                .allMatch(word -> count(answer, word) > 0));
        ALL.put(
                "keywords:frequency",
                (answer, given) -> given.holds(count(answer, given.text("keyword")), "relation", "frequency"));
        ALL.put("keywords:forbidden_words", (answer, given) -> given.texts("forbidden_words").stream()
                .noneMatch(word -> matches(answer, "\\b" + Pattern.quote(word) + "\\b") > 0));
        ALL.put("keywords:letter_frequency", (answer, given) -> {
            String letter = given.text("letter").toLowerCase(Locale.ROOT);
            long count = answer.toLowerCase(Locale.ROOT)
                    .chars()
                    .filter(c -> c == letter.charAt(0))
                    .count();
            return given.holds(count, "let_relation", "let_frequency");
        });
    }

    private static void lengths() {
        ALL.put("length_constraints:number_paragraphs", (answer, given) -> {
            List<String> parts = parts(answer, "\\s?\\*\\*\\*\\s?");
            return parts.stream().noneMatch(String::isBlank) && parts.size() == given.number("num_paragraphs");
        });
        ALL.put(
                "length_constraints:number_words",
                (answer, given) -> given.holds(matches(answer, "\\w+"), "relation", "num_words"));
        ALL.put("length_constraints:nth_paragraph_first_word", (answer, given) -> {
            List<String> paragraphs = Arrays.stream(answer.split("\n\n", -1))
                    .filter(paragraph -> !paragraph.isBlank())
                    .toList();
            long wanted = given.number("nth_paragraph");
            if (paragraphs.size() != given.number("num_paragraphs") || wanted < 1 || wanted > paragraphs.size()) {
                return false;
            }
            String first = paragraphs.get((int) wanted - 1).strip().split("\\s+", 2)[0];
            String word = first.replaceAll("^['\"]+", "").replaceAll("[.,?!'\"].*$", "");
            return word.equalsIgnoreCase(given.text("first_word"));
        });
    }

    private static void contents() {
        ALL.put(
                "detectable_content:number_placeholders",
                (answer, given) -> matches(answer, "\\[.*?\\]") >= given.number("num_placeholders"));
        ALL.put("detectable_content:postscript", (answer, given) -> {
            String marker = given.text("postscript_marker");
            String pattern =
                    switch (marker) {
                        case "P.P.S" -> "p\\.\\s?p\\.\\s?s";
                        case "P.S." -> "p\\.\\s?s\\.";
                        default -> Pattern.quote(marker);
                    };
            return matches(answer, pattern) > 0;
        });
    }

    private static void formats() {
        ALL.put(
                "detectable_format:number_bullet_lists",
                (answer, given) -> matches(answer, "(?m)^\\s*\\*[^*].*$") + matches(answer, "(?m)^\\s*-.*$")
                        == given.number("num_bullets"));
        ALL.put(
                "detectable_format:constrained_response",
                (answer, given) -> matches(answer, "my answer is (yes|no|maybe)\\.") > 0);
        ALL.put(
                "detectable_format:number_highlighted_sections",
                (answer, given) ->
                        matches(answer, "\\*\\*\\s*[^\\s*][^\\n*]*\\*\\*|(?<!\\*)\\*\\s*[^\\s*][^\\n*]*\\*(?!\\*)")
                                >= given.number("num_highlights"));
        ALL.put(
                "detectable_format:multiple_sections",
                (answer, given) ->
                        matches(answer, "\\s?" + Pattern.quote(given.text("section_spliter")) + "\\s?\\d+\\s?")
                                >= given.number("num_sections"));
        ALL.put("detectable_format:json_format", (answer, given) -> {
            String plain = answer.strip().replaceAll("(?i)^```(json)?", "").replaceAll("```$", "");
            try {
                return JSON.readTree(plain.strip()).isContainerNode();
            } catch (JsonProcessingException e) {
                return false;
            }
        });
        ALL.put("detectable_format:title", (answer, given) -> matches(answer, "<<[^\\n]*?[^\\s<>][^\\n]*?>>") > 0);
    }

    private static void wholes() {
        ALL.put("combination:two_responses", (answer, given) -> {
            List<String> parts = parts(answer, Pattern.quote("******"));
            return parts.size() == 2
                    && parts.stream().noneMatch(String::isBlank)
                    && !parts.get(0).strip().equals(parts.get(1).strip());
        });
        ALL.put("combination:repeat_prompt", (answer, given) -> lower(answer)
                .startsWith(lower(given.text("prompt_to_repeat"))));
        ALL.put("startend:end_checker", (answer, given) -> lower(answer.strip().replaceAll("^\"+|\"+$", ""))
                .endsWith(lower(given.text("end_phrase"))));
        ALL.put("startend:quotation", (answer, given) -> {
            String text = answer.strip();
            return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        });
        ALL.put(
                "change_case:english_capital",
                (answer, given) -> answer.equals(answer.toUpperCase(Locale.ROOT)) && hasLetters(answer));
        ALL.put(
                "change_case:english_lowercase",
                (answer, given) -> answer.equals(answer.toLowerCase(Locale.ROOT)) && hasLetters(answer));
        ALL.put("punctuation:no_comma", (answer, given) -> !answer.contains(","));
    }

    private static String lower(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }

    private static boolean hasLetters(String text) {
        return text.chars().anyMatch(Character::isLetter);
    }

    private static long count(String answer, String word) {
        return matches(answer, Pattern.quote(word));
    }

    private static long matches(String answer, String pattern) {
        return Pattern.compile(
                        pattern, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS)
                .matcher(answer)
                .results()
                .count();
    }

    /** Parts between separators; an empty first or last one is none. */
    private static List<String> parts(String answer, String separator) {
        List<String> parts = new ArrayList<>(List.of(answer.split(separator, -1)));
        if (parts.get(0).isBlank()) {
            parts.remove(0);
        }
        if (!parts.isEmpty() && parts.get(parts.size() - 1).isBlank()) {
            parts.remove(parts.size() - 1);
        }
        return parts;
    }

    /** Whether all instructions of a record can be checked. */
    public static boolean checks(Map<String, ? extends @Nullable Object> record) {
        return record.get("instruction_id_list") instanceof List<?> ids
                && ALL.keySet().containsAll(ids);
    }

    /**
     * Checks an answer.
     *
     * @param record has {@code instruction_id_list} and {@code kwargs}
     * @param isLoose whether an answer also counts without its first or last line, or without asterisks
     * @return for each instruction whether it is followed
     */
    public static List<Boolean> followed(
            Map<String, ? extends @Nullable Object> record, String answer, boolean isLoose) {
        List<String> variants = isLoose ? variants(answer) : List.of(answer);
        List<Boolean> followed = new ArrayList<>();
        if (record.get("instruction_id_list") instanceof List<?> ids) {
            for (int i = 0; i < ids.size(); i++) {
                String id = String.valueOf(ids.get(i));
                Given given = new Given(id, arguments(record.get("kwargs"), i));
                BiPredicate<String, Given> check = ALL.get(id);
                followed.add(check != null
                        && variants.stream().anyMatch(text -> !text.isBlank() && check.test(text, given)));
            }
        }
        return followed;
    }

    @SuppressWarnings("unchecked") // JSON objects have texts as keys
    private static Map<String, @Nullable Object> arguments(@Nullable Object all, int index) {
        return all instanceof List<?> list && index < list.size() && list.get(index) instanceof Map<?, ?> own
                ? (Map<String, @Nullable Object>) own
                : Map.of();
    }

    private static List<String> variants(String answer) {
        List<String> lines = answer.lines().toList();
        int last = lines.size();
        List<String> cut = new ArrayList<>(List.of(answer));
        if (last > 0) {
            cut.add(String.join("\n", lines.subList(1, last)).strip());
            cut.add(String.join("\n", lines.subList(0, last - 1)).strip());
            cut.add(String.join("\n", lines.subList(1, Math.max(1, last - 1))).strip());
        }
        List<String> variants = new ArrayList<>(cut);
        cut.forEach(text -> variants.add(text.replace("*", "")));
        return variants;
    }
}
