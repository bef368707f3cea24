// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ways to cut a text into words before byte-level BPE, which llama.cpp knows by name. Its converter recognizes a tokenizer by the
 * ids of a sample text, so it knows published vocabularies only; here the regular expression decides, so a vocabulary may be any.
 */
enum PreTokenizers {
    /** Llama 3's, for tokenizers that take a word that is a token without looking at merges. */
    LLAMA3("llama-bpe", true, Texts.THREE_DIGITS, false),
    /** The expression of Llama 3 for tokenizers that always merge. */
    MERGING("smaug-bpe", false, Texts.THREE_DIGITS, false),
    QWEN2("qwen2", false, Texts.ONE_DIGIT, false),
    GPT4O("gpt-4o", false, Texts.CASED, false),
    TEKKEN("tekken", true, Texts.TEKKEN, false),
    SMOLLM("smollm", false, "", true),
    GPT2("gpt-2", false, "", false);

    /** Regular expressions of words. */
    private static final class Texts {
        private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
        private static final String WORDS = "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
        private static final String REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        private static final String THREE_DIGITS = CONTRACTIONS + WORDS + "\\p{N}{1,3}" + REST;
        private static final String ONE_DIGIT = CONTRACTIONS + WORDS + "\\p{N}" + REST;
        private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
        private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
        private static final String LEAD = "[^\\r\\n\\p{L}\\p{N}]?";
        private static final String CASED =
                LEAD + UPPER + "*" + LOWER + "+" + CONTRACTIONS + "?|" + LEAD + UPPER + "+" + LOWER + "*" + CONTRACTIONS
                        + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        private static final String TEKKEN = LEAD + UPPER + "*" + LOWER + "+|" + LEAD + UPPER + "+" + LOWER
                + "*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    }

    private final String label;
    private final boolean ignoresMerges;
    private final String expression;
    private final boolean singleDigits;

    PreTokenizers(String label, boolean ignoresMerges, String expression, boolean singleDigits) {
        this.label = label;
        this.ignoresMerges = ignoresMerges;
        this.expression = expression;
        this.singleDigits = singleDigits;
    }

    /** llama.cpp's name. */
    String label() {
        return label;
    }

    /** The one of a {@code tokenizer.json}; empty if llama.cpp has none. */
    static Optional<PreTokenizers> of(JsonNode tokenizer) {
        List<JsonNode> steps = steps(tokenizer.path("pre_tokenizer"));
        boolean ignores = tokenizer.path("model").path("ignore_merges").asBoolean(false);
        String expression = "";
        boolean digits = false;
        boolean ownWords = false;
        for (JsonNode step : steps) {
            switch (step.path("type").asText()) {
                case "Split" -> expression = step.path("pattern").path("Regex").asText("?");
                case "Digits" -> digits = step.path("individual_digits").asBoolean(false);
                case "ByteLevel" -> ownWords = step.path("use_regex").asBoolean(true);
                default -> {
                    return Optional.empty();
                }
            }
        }
        for (PreTokenizers each : values()) {
            boolean words = each.expression.isEmpty() == ownWords;
            if (words
                    && each.singleDigits == digits
                    && each.expression.equals(expression)
                    // Without merges of its own, a word that is a token results from merging all the same.
                    && (each.ignoresMerges == ignores || each.expression.isEmpty() || each == QWEN2 || each == GPT4O)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** The one with llama.cpp's name, also under names of models that share it. */
    static Optional<PreTokenizers> named(String label) {
        return switch (label) {
            case "llama3", "llama-v3", "llama-bpe", "falcon3", "pixtral" -> Optional.of(LLAMA3);
            case "smaug-bpe", "dbrx" -> Optional.of(MERGING);
            case "qwen2", "deepseek-r1-qwen", "megrez" -> Optional.of(QWEN2);
            case "gpt-4o", "llama4" -> Optional.of(GPT4O);
            case "tekken" -> Optional.of(TEKKEN);
            case "smollm", "starcoder", "refact", "command-r", "codeshell" -> Optional.of(SMOLLM);
            case "gpt-2", "gpt2", "phi-2", "mpt", "olmo" -> Optional.of(GPT2);
            default -> Optional.empty();
        };
    }

    /** The entry of a {@code tokenizer.json}. */
    ObjectNode json() {
        ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        if (singleDigits) {
            steps.addObject().put("type", "Digits").put("individual_digits", true);
        }
        if (!expression.isEmpty()) {
            ObjectNode split = steps.addObject().put("type", "Split");
            split.putObject("pattern").put("Regex", expression);
            split.put("behavior", "Isolated").put("invert", false);
        }
        steps.addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", expression.isEmpty());
        return sequence;
    }

    boolean ignoresMerges() {
        return ignoresMerges;
    }

    private static List<JsonNode> steps(JsonNode preTokenizer) {
        List<JsonNode> steps = new ArrayList<>();
        if (preTokenizer.path("type").asText().equals("Sequence")) {
            preTokenizer.path("pretokenizers").forEach(steps::add);
        } else if (preTokenizer.isObject()) {
            steps.add(preTokenizer);
        }
        return steps;
    }
}
