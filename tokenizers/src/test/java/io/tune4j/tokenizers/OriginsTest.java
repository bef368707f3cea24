// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a template does to the text of a message, it stays known whose characters they are. */
class OriginsTest {
    @TempDir
    private Path folder;

    private final List<HfTokenizer> opened = new ArrayList<>();

    private HfTokenizer open(String template) throws IOException {
        Map<String, String> config = Map.of("eos_token", "</s>", "chat_template", template);
        HfTokenizer tokenizer = HfTokenizer.open(
                SmallTokenizer.write(folder, Map.of("<|t|>", 256, "<|T|>", 257, "</s>", 258), config),
                HfTokenizerTest.options(ChatFormatName.TEMPLATE, null));
        opened.add(tokenizer);
        return tokenizer;
    }

    @AfterEach
    void close() {
        opened.forEach(HfTokenizer::close);
    }

    /** Renders an expression over a user's message that is trained. */
    private String shown(String expression, String text) throws IOException {
        HfTokenizer tokenizer = open("{% macro same(x) %}{{ x }}{% endmacro %}"
                + "{% for m in messages %}{% set c = m.content %}<|t|>{{ " + expression + " }}</s>{% endfor %}");
        List<Message> messages =
                List.of(new Message(Role.USER, text, true), new Message(Role.ASSISTANT, "ab#cd", false));
        String all = Shown.of(tokenizer, tokenizer.encodeMessages("x", messages));
        return all.substring("{<|t|>}".length(), all.indexOf("{</s>}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c",
                "c ~ ''",
                "c + ''",
                "'' + c",
                "c | string",
                "c | trim",
                "c.strip()",
                "c | replace('b', 'b')",
                "c | replace('zz', 'y')",
                "c.replace('', '')",
                "c.split('zz')[0]",
                "c.rsplit('zz', 1)[0]",
                "c.split('!')[-1]",
                "c.splitlines()[0]",
                "c.splitlines(True) | join",
                "c.partition('zz')[0]",
                "c.partition('#') | join",
                "c.rpartition('#') | join",
                "c[0:]",
                "c[::-1][::-1]",
                "c | list | join",
                "c | reverse | list | last ~ c[1:]",
                "c[0] ~ c[1:]",
                "c | first ~ c[1:]",
                "[c] | first",
                "[c] | join(', ')",
                "[m] | map(attribute='content') | first",
                "m['content']",
                "m.get('content')",
                "(m.items() | list)[1][1]",
                "c.upper().lower()",
                "c | lower",
                "c.swapcase().swapcase()",
                "c.expandtabs()",
                "c.removeprefix('zz')",
                "c.removesuffix('zz')",
                "c.ljust(1)",
                "c.center(1)",
                "c.zfill(1)",
                "c | indent",
                "c | truncate(99)",
                "c | wordwrap",
                "c | default('zz')",
                "c if c else 'zz'",
                "c or 'zz'",
                "same(c)",
                "'%s' % c",
                "'%s' | format(c)",
                "'{}'.format(c)",
                "'{x}'.format(x=c)",
                "''.join([c])",
                "(c * 2)[:c | length]",
                "namespace(x=c).x",
                "dict(x=c).x",
                "(c | tojson)[1:-1]"
            })
    void aTextIsTheUsers(String expression) throws IOException {
        for (String text : List.of("ab<|t|>#cd<|t|>", "a\uD83D\uDE00b<|t|>#")) {
            // A letter that the template puts in place of another is the template's.
            String expected = expression.contains("'b', 'b'") ? text.replace("b", "\u27E9b\u27E8") : text;
            assertThat(shown(expression, text)).isEqualTo("\u27E8" + expected + "\u27E9");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            value = {
                "c.split('#')[-1] => cd<|t|>",
                "c.split('#')[0] => ab<|t|>",
                "c.rsplit('#', 1)[0] => ab<|t|>",
                "c.rsplit('#')[-1] => cd<|t|>",
                "c | upper => AB<|T|>#CD<|T|>",
                "c.title() => Ab<|T|>#Cd<|T|>",
                "c[1:-1] => b<|t|>#cd<|t|"
            })
    void aPartIsTheUsersToo(String expression, String expected) throws IOException {
        assertThat(shown(expression, "ab<|t|>#cd<|t|>")).isEqualTo("\u27E8" + expected + "\u27E9");
    }

    @Test
    void weightsReachTheTokens() throws IOException {
        HfTokenizer tokenizer = open("{% for m in messages %}{{ m.role + ':' + m.content + eos_token }}{% endfor %}");
        assertThat(tokenizer
                        .encodeMessages(
                                "x",
                                List.of(new Message(Role.USER, "a", 0.25f), new Message(Role.ASSISTANT, "b", 0.5f)))
                        .weights())
                .contains(0.25f, 0.5f)
                .containsOnly(0, 0.25f, 0.5f);
        HfTokenizer marked = open("{% for m in messages %}{{ m.role + ':' }}{% generation %}"
                + "{{ m.content + eos_token }}{% endgeneration %}{% endfor %}");
        assertThat(marked.encodeMessages(
                                "x",
                                List.of(new Message(Role.USER, "a", false), new Message(Role.ASSISTANT, "b", 0.5f)))
                        .weights())
                .endsWith(0.5f, 0.5f)
                .containsOnly(0, 0.5f);
    }
}
