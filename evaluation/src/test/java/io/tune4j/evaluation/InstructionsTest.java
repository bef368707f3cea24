// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.evaluation.instruction.Instructions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstructionsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Map<String, Object> record(String id, String arguments) throws JsonProcessingException {
        return Map.of(
                "instruction_id_list",
                List.of(id),
                "kwargs",
                List.of(JSON.readValue(arguments, new TypeReference<Map<String, Object>>() {})));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '|',
            value = {
                "keywords:existence;{`keywords`: [`sun`, `moon`]};The Sun and the moon;The sun",
                "keywords:frequency;{`keyword`: `a`, `relation`: `less than`, `frequency`: 2};one a;a a",
                "keywords:forbidden_words;{`forbidden_words`: [`cat`]};concatenate;a cat!",
                "keywords:letter_frequency;{`letter`: `z`, `let_relation`: `at least`, `let_frequency`: 2};Zz;z",
                "length_constraints:number_paragraphs;{`num_paragraphs`: 2};a *** b;a *** b *** c",
                "length_constraints:number_words;{`relation`: `at least`, `num_words`: 3};one two, three;one two",
                "length_constraints:nth_paragraph_first_word;{`num_paragraphs`: 1, `nth_paragraph`: 1, `first_word`: `so`};So, it is;it is so",
                "detectable_content:number_placeholders;{`num_placeholders`: 2};[name] [place];[name]",
                "detectable_content:postscript;{`postscript_marker`: `P.S.`};End. P.S. more;End.",
                "detectable_format:number_bullet_lists;{`num_bullets`: 1};* one;one",
                "detectable_format:constrained_response;{};My answer is yes.;Yes.",
                "detectable_format:number_highlighted_sections;{`num_highlights`: 2};*a* and **b**;*a* only",
                "detectable_format:multiple_sections;{`section_spliter`: `Section`, `num_sections`: 2};Section 1 a Section 2 b;Section 1",
                "detectable_format:json_format;{};{\"a\": 1};a: 1",
                "detectable_format:title;{};<<On cats>> text;On cats",
                "combination:two_responses;{};one ****** two;same ****** same",
                "combination:repeat_prompt;{`prompt_to_repeat`: `Say it`};say it. It.;It.",
                "startend:end_checker;{`end_phrase`: `the end`};This is The End;The end is near",
                "startend:quotation;{};\"all\";\"all\" of it",
                "change_case:english_capital;{};ALL OF IT;All",
                "change_case:english_lowercase;{};all;All",
                "punctuation:no_comma;{};one two;one, two"
            })
    void anAnswerFollowsOrDoesNot(String id, String arguments, String good, String bad) throws JsonProcessingException {
        Map<String, Object> record = record(id, arguments.replace('`', '"'));
        assertThat(Instructions.checks(record)).isTrue();
        assertThat(Instructions.followed(record, good, false)).containsExactly(true);
        assertThat(Instructions.followed(record, bad, false)).containsExactly(false);
        assertThat(Instructions.followed(record, " ", false)).containsExactly(false);
    }

    @Test
    void aLooseCheckForgivesLinesAround() throws JsonProcessingException {
        Map<String, Object> record = record("punctuation:no_comma", "{}");
        assertThat(Instructions.followed(record, "Sure, here:\nno comma", false))
                .containsExactly(false);
        assertThat(Instructions.followed(record, "Sure, here:\nno comma", true)).containsExactly(true);
    }

    @Test
    void instructionsThatNeedALanguageAreLeftOut() throws JsonProcessingException {
        assertThat(Instructions.checks(record("language:response_language", "{\"language\": \"de\"}")))
                .isFalse();
    }
}
