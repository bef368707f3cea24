// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cases that are not compared with transformers: refusals, dates, and the choice among several templates. */
class ChatTemplateTest {
    private static final List<Message> TALK =
            List.of(new Message(Role.USER, "Hi", false), new Message(Role.ASSISTANT, "Yo", true));

    @TempDir
    private Path folder;

    private static String render(String template) {
        ChatTemplate prepared = new ChatTemplate(template, Map.of("bos_token", "<s>", "eos_token", "</s>"), null);
        return prepared.render(prepared.dicts(TALK), Map.of(), false).value();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% include 'other' %}",
                "{% autoescape true %}{% endautoescape %}",
                "{{ no_such_function() }}",
                "{{ messages | no_such_filter }}",
                "{{ 'a' + 1 }}",
                "{{ 'a' + messages[0].missing }}",
                "{{ '%c' % -1 }}",
                "{{ '{:c}'.format(99999999999) }}"
            })
    void whatIsNotKnownIsRefusedInsteadOfRenderedInAnotherWay(String template) {
        assertThatThrownBy(() -> render(template))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the model's chat template");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}",
                "{{ 'x' * 10**9 }}",
                "{{ 10 ** 999999999 }}",
                "{{ '%999999999d' % 1 }}",
                "{{ '{:>999999999}'.format('x') }}",
                "{{ 'x'|center(999999999) }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}"
            })
    void whatNeverEndsOrFillsTheMemoryIsRefused(String template) {
        assertRefusedSoon(template);
    }

    /** Each holds or goes through one value far more often than its length lets one think. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% set n = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% set n.b = [n.b, n.b] %}"
                        + "{% endfor %}{{ n.a == n.b }}",
                "{% set n = namespace(a=[]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a }}",
                "{% set n = namespace(a=[]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a|tojson }}",
                "{% set n = namespace(a=(1,)) %}{% for i in range(60) %}{% set n.a = (n.a, n.a) %}{% endfor %}{{ {n.a: 1} }}",
                "{% set n = namespace(a=[1]) %}{% for i in range(60) %}{% set n.a = n.a + n.a %}{% endfor %}",
                "{% set x = 'ab' * 5000000 %}{% for i in range(99999) %}{{ 'zz' in x }}{% endfor %}",
                "{% set x = 'ab' * 5000000 %}{% for i in range(99999) %}{{ x == x ~ 'y' }}{% endfor %}",
                "{% set x = 'ab' * 5000000 %}{% for i in range(99999) %}{{ x.endswith('c') }}{{ x.count('c') }}{% endfor %}",
                "{{ ('a' * 9000000)|list|length }}",
                "{{ ('a ' * 5000000).split()|length }}",
                "{{ ('a ' * 5000000).split(' ')|length }}",
                "{% for c in 'a' * 9000000 %}{{ loop.index }}{% endfor %}",
                "{{ messages|tojson(indent=100000000) }}",
                "{{ 'a\nb'|indent(2000000000) }}",
                "{{ ('x' * 100000)|replace('x', 'y' * 100000) }}",
                "{{ 'abc'[-100:100:0] }}",
                "{{ 1 // 0 }}",
                "{{ range(10)|slice(0)|list }}",
                "{{ none.x.y }}",
                "{% raw %}{% raw %}",
                "{{ ''.__class__.__mro__ }}",
                "{{ ''.class.forName('java.lang.Runtime') }}",
                "{% extends 'file:///etc/passwd' %}",
                "{% import '/etc/passwd' as x %}"
            })
    void whatAsksForMoreThanItIsWorthIsRefused(String template) {
        assertRefusedSoon(template);
    }

    @Test
    void largeConversationsAreWithinTheLimits() {
        assertThat(
                        render(
                                "{% for i in range(900) %}{{ messages[0].content|trim }}{{ messages == messages }}{% endfor %}"))
                .hasSize(900 * 6);
        assertThat(render("{{ ('word ' * 100000)|trim|length }}{{ ('word ' * 100000).split()|length }}"))
                .isEqualTo("499999100000");
    }

    private static void assertRefusedSoon(String template) {
        assertThatThrownBy(() -> assertTimeoutPreemptively(Duration.ofSeconds(10), () -> render(template)))
                .isInstanceOf(DataException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{ [", "{% if 1 %}", "{{ not ", "{{ -", "{% for x in y %}", "{{ x if "})
    void whatIsNestedTooDeeplyIsRefused(String part) {
        assertThatThrownBy(() -> render(part + part.substring(part.indexOf(' ')).repeat(50_000)))
                .isInstanceOf(DataException.class);
        assertThatThrownBy(() -> render(part.repeat(50_000))).isInstanceOf(DataException.class);
    }

    @Test
    void textsAreTrueUnlessTheyAreEmpty() {
        assertThat(render("{% for t in ['', 'false', 'False', '0', 'none', ' '] %}{{ 1 if t else 0 }}{% endfor %}"))
                .isEqualTo("011111");
    }

    @Test
    void aDateThatATemplateHasWithoutAClockIsTaken() {
        assertThat(
                        render(
                                "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% else %}26 Jul 2024{% endif %}"))
                .isEqualTo("26 Jul 2024");
    }

    @Test
    void ofSeveralTemplatesTheDefaultOneIsMeant() throws IOException {
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"}, {\"name\": \"default\", \"template\": \"d\"}]}");
        assertThat(TokenizerSettings.read(folder).chatTemplate()).isEqualTo("d");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"}]}");
        assertThat(TokenizerSettings.read(folder).chatTemplate()).isEqualTo("r");
        Files.writeString(folder.resolve("chat_template.jinja"), "file");
        assertThat(TokenizerSettings.read(folder).chatTemplate()).isEqualTo("file");
    }
}
