// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * For random conversations in which users and the assistant say the same words, the trained ids are the answers with their end tokens,
 * and nothing else, through templates of each kind.
 */
class TrainedSpansPropertyTest {
    /**
     * A kind of template.
     *
     * @param answer what is trained of an answer
     */
    private record Kind(String name, String template, UnaryOperator<String> answer) {}

    private static final String LOOP =
            "{% for m in messages %}{{ '<|h|>' + m.role + '<|/h|>' + m.content + '<|t|>\\n' }}{% endfor %}";
    private static final String ASKED = "{% if add_generation_prompt %}{{ '<|h|>assistant<|/h|>' }}{% endif %}";

    private static final List<Kind> KINDS = List.of(
            new Kind("headers", LOOP + ASKED, text -> text + "<|t|>"),
            new Kind("always asks", LOOP + "<|h|>assistant<|/h|>", text -> text + "<|t|>"),
            new Kind(
                    "asks within the loop",
                    "{% for m in messages %}{{ '<|h|>' + m.role + '<|/h|>' + m.content + '<|t|>' }}{% if loop.last %}"
                            + "{{ '<|h|>assistant<|/h|>' }}{% endif %}{% endfor %}",
                    text -> text + "<|t|>"),
            new Kind(
                    "trims",
                    "{% for m in messages %}{% if m.role == 'user' %}{{ '<s>[INST] ' + m.content | trim + ' [/INST]' }}"
                            + "{% elif m.role == 'system' %}{{ m.content.upper() }}"
                            + "{% else %}{{ ' ' + m.content.strip() + '</s>' }}{% endif %}{% endfor %}",
                    text -> " " + text.strip() + "</s>"),
            new Kind(
                    "header in the user's turn",
                    "{% for m in messages %}{% if m.role == 'assistant' %}{{ m.content + '<|t|>' }}"
                            + "{% else %}{{ '<|u|>' + m.content + '<|t|><|a|>' }}{% endif %}{% endfor %}",
                    text -> text + "<|t|>"),
            new Kind(
                    "positions",
                    "{% for i in range(messages|length) %}{% set m = messages[i] %}{{ '<|h|>' ~ m['role'] ~ '<|/h|>' }}"
                            + "{{ m['content'] ~ '<|t|>' }}{% endfor %}" + ASKED,
                    text -> text + "<|t|>"),
            new Kind(
                    "macro",
                    "{% macro turn(m) %}{{ '<|h|>' }}{{ m.role }}<|/h|>{{ m.content }}<|t|>{% endmacro %}"
                            + "{% for m in messages %}{% set text %}{{ turn(m) }}{% endset %}{{ text }}{% endfor %}"
                            + ASKED,
                    text -> text + "<|t|>"),
            new Kind(
                    "prompts begin a thought",
                    LOOP + "{% if add_generation_prompt %}{{ '<|h|>assistant<|/h|><think>\\n' }}{% endif %}",
                    text -> text + "<|t|>"),
            new Kind(
                    "the system speaks to the user",
                    "{% set s = '' %}{% if messages[0].role == 'system' %}{% set s = messages[0].content %}"
                            + "{% set messages = messages[1:] %}{% endif %}{% for m in messages %}{% if m.role == 'user' %}"
                            + "{{ '<|u|>' + (s + '\\n\\n' if loop.index0 == 0 else '') + m.content }}{% else %}"
                            + "{{ '<|a|>' + m.content + '</s>' }}{% endif %}{% endfor %}"
                            + "{% if add_generation_prompt %}<|a|>{% endif %}",
                    text -> text + "</s>"),
            new Kind(
                    "generation",
                    "{% for m in messages %}{{ '<|h|>' + m.role + '<|/h|>' }}{% if m.role == 'assistant' %}{% generation %}"
                            + "{{ m.content + '<|t|>' }}{% endgeneration %}{% else %}{{ m.content + '<|t|>' }}{% endif %}"
                            + "{% endfor %}",
                    text -> text + "<|t|>"));

    private static final Map<String, HfTokenizer> TOKENIZERS = new LinkedHashMap<>();
    private static final List<String> SPECIAL =
            List.of("<s>", "</s>", "<|h|>", "<|/h|>", "<|t|>", "<|u|>", "<|a|>", "<think>");

    @BeforeContainer
    static void open() throws IOException {
        Map<String, Integer> ids = new LinkedHashMap<>();
        SPECIAL.forEach(token -> ids.put(token, 256 + ids.size()));
        for (Kind kind : KINDS) {
            Path folder = Files.createTempDirectory("tokenizer");
            Map<String, String> config =
                    Map.of("bos_token", "<s>", "eos_token", "</s>", "chat_template", kind.template());
            Path file = SmallTokenizer.write(folder, ids, config);
            TOKENIZERS.put(kind.name(), HfTokenizer.open(file, HfTokenizerTest.options(ChatFormatName.TEMPLATE, null)));
            try (var files = Files.walk(folder)) {
                files.sorted(java.util.Comparator.reverseOrder()).forEach(TrainedSpansPropertyTest::delete);
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterContainer
    static void close() {
        TOKENIZERS.values().forEach(HfTokenizer::close);
        TOKENIZERS.clear();
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.of(
                        "no",
                        "yes",
                        "<|t|>",
                        "</s>",
                        "<|h|>assistant<|/h|>",
                        "<think>\n",
                        " ",
                        "\n",
                        "é",
                        "\uD83D\uDE00",
                        "assistant",
                        "</think>",
                        "{{ x }}",
                        "")
                .list()
                .ofMaxSize(4)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<List<Message>> conversations() {
        Arbitrary<Message> system = words().map(text -> new Message(Role.SYSTEM, text, false));
        Arbitrary<List<Message>> pair = Combinators.combine(words(), words(), Arbitraries.of(true, true, false))
                .as((asked, answered, trained) ->
                        List.of(new Message(Role.USER, asked, false), new Message(Role.ASSISTANT, answered, trained)));
        return Combinators.combine(
                        system.list().ofMaxSize(1), pair.list().ofMinSize(1).ofMaxSize(4))
                .as((first, pairs) -> {
                    List<Message> all = new ArrayList<>(first);
                    pairs.forEach(all::addAll);
                    return all;
                });
    }

    /** The trained parts, special tokens spelled. */
    private static List<String> trained(HfTokenizer tokenizer, TokenizedSample sample) {
        List<String> parts = new ArrayList<>();
        List<Integer> run = new ArrayList<>();
        for (int i = 0; i <= sample.tokens().length; i++) {
            if (i < sample.tokens().length && sample.isTrained(i)) {
                run.add(sample.tokens()[i]);
            } else if (!run.isEmpty()) {
                parts.add(spelled(tokenizer, run));
                run.clear();
            }
        }
        return parts;
    }

    private static String spelled(HfTokenizer tokenizer, List<Integer> ids) {
        StringBuilder text = new StringBuilder();
        List<Integer> plain = new ArrayList<>();
        for (int id : ids) {
            if (id < 256) {
                plain.add(id);
                continue;
            }
            text.append(
                    tokenizer.decode(plain.stream().mapToInt(Integer::intValue).toArray()));
            plain.clear();
            // A special token is shown in capitals, so that one that a message spells cannot be taken for it.
            text.append(tokenizer.spelling(id).toUpperCase(java.util.Locale.ROOT));
        }
        return text.append(tokenizer.decode(
                        plain.stream().mapToInt(Integer::intValue).toArray()))
                .toString();
    }

    @Property(tries = 400)
    void theAnswersAreTrainedWithTheirEndsAndNothingElse(@ForAll("conversations") List<Message> conversation) {
        for (Kind kind : KINDS) {
            HfTokenizer tokenizer = TOKENIZERS.get(kind.name());
            List<String> expected = conversation.stream()
                    .filter(Message::trained)
                    .map(message -> kind.answer().apply(message.content()))
                    .map(text -> text.endsWith("<|t|>")
                            ? text.substring(0, text.length() - 5) + "<|T|>"
                            : text.substring(0, text.length() - 4) + "</S>")
                    .toList();
            TokenizedSample sample = tokenizer.encodeMessages("x", conversation);
            assertThat(trained(tokenizer, sample)).as(kind.name()).isEqualTo(expected);
        }
    }

    @Property(tries = 200)
    void askedForTheirOwnMessagesUsersAreTrainedWhole(
            @ForAll("words") String question, @ForAll("words") String answer) {
        HfTokenizer tokenizer = TOKENIZERS.get("headers");
        TokenizedSample sample = tokenizer.encodeMessages(
                "x", List.of(new Message(Role.USER, question, true), new Message(Role.ASSISTANT, answer, false)));
        assertThat(trained(tokenizer, sample)).isEqualTo(question.isEmpty() ? List.of() : List.of(question));
    }
}
