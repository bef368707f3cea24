// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.testkit.fuzz.FuzzTarget;
import io.tune4j.testkit.fuzz.Fuzzing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFilesFuzzTest {
    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void tokenizerFiles() throws Exception {
        Fuzzing.run(new TokenizerFiles(), folder, 500);
    }

    static final class TokenizerFiles implements FuzzTarget {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes(
                            "{\"version\":\"1.0\",\"added_tokens\":[{\"id\":2,\"content\":\"<|a|>\",\"special\":true}],\"model\":"
                                    + "{\"type\":\"BPE\",\"unk_token\":\"<|a|>\",\"vocab\":{\"a\":0,\"b\":1,\"<|a|>\":2},\"merges\":[\"a b\"]}}"),
                    bytes(
                            "{\"normalizer\":{\"type\":\"Prepend\"},\"pre_tokenizer\":{\"type\":\"Metaspace\"},\"added_tokens\":[],"
                                    + "\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\",-1.0],[\"b\",-2]],\"merges\":[[\"a\",\"b\"]]}}"));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            TokenizerFile.read(Files.write(folder.resolve("tokenizer.json"), input), "{{ '<|a|>' }}");
        }
    }

    @Test
    void settings() throws Exception {
        Fuzzing.run(new Settings(), folder, 500);
    }

    static final class Settings implements FuzzTarget {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes("{\"bos_token\":\"<s>\",\"eos_token\":{\"content\":\"</s>\"},\"chat_template\":\"x\"}"),
                    bytes(
                            "{\"chat_template\":[{\"name\":\"rag\",\"template\":\"r\"},{\"name\":\"default\",\"template\":\"d\"}]}"),
                    bytes("[".repeat(2000)));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            Files.write(folder.resolve("tokenizer_config.json"), input);
            TokenizerSettings.read(folder);
        }
    }

    @Test
    void sentencePiece() throws Exception {
        Fuzzing.run(new SentencePiece(), folder, 500);
    }

    static final class SentencePiece implements FuzzTarget {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    BrokenTokenizersTest.whole(1, "a", "b", "ab"),
                    BrokenTokenizersTest.whole(2, "a", "b", "ab"),
                    BrokenTokenizersTest.whole(2, "a", ""));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            TokenizerSource.read(Files.write(folder.resolve("tokenizer.model"), input));
        }
    }

    @Test
    void tiktoken() throws Exception {
        Fuzzing.run(new Tiktoken(), folder, 500);
    }

    static final class Tiktoken implements FuzzTarget {
        @Override
        public List<byte[]> seeds() {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 256; i++) {
                lines.append(Base64.getEncoder().encodeToString(new byte[] {(byte) i}) + " " + i + "\n");
            }
            return List.of(bytes(lines + "YWI= 256\n"), bytes("IQ== 0\nIg== 1\n"));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            TokenizerSource.read(Files.write(folder.resolve("tokenizer.model"), input));
        }
    }

    @Test
    void chatTemplates() throws Exception {
        Fuzzing.run(new ChatTemplates(), folder, 1500);
    }

    static final class ChatTemplates implements FuzzTarget {
        private static final List<Message> TALK =
                List.of(new Message(Role.USER, "Hi", false), new Message(Role.ASSISTANT, "Yo", true));

        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes(
                            "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}<u>{{ m.content|trim }}{% else %}"
                                    + "{{ m['content'] + eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}<a>{% endif %}"),
                    bytes(
                            "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"),
                    bytes("{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}"),
                    bytes("{{ messages|tojson(indent=2) }}{{ '%5d'|format(3) }}{{ 'a b'.split() }}{{ 'x'|center(9) }}"),
                    bytes(
                            "{{ 2 ** 9 // 7 % 3 }}{{ 'abc'[::-1] }}{{ [1, 2]|join(',')|upper }}{{ '{:>4}'.format(1.5) }}"),
                    bytes(
                            "{%- for a, b in {'x': 1}.items() -%}{{ loop.index }}{{ a ~ b }}{%- endfor -%}{# c #}{% raw %}{{{% endraw %}"),
                    bytes(
                            "{{ messages|selectattr('role', 'equalto', 'user')|list|length }}{{ 1.5|round(1) }}{{ 'a'|indent(3) }}"),
                    bytes("{{ ((((((((((1)))))))))) }}{{ [[[[[[[[[[]]]]]]]]]] }}{{ raise_exception('no') }}"));
        }

        @Override
        public void read(Path folder, byte[] input) {
            ChatTemplate template = new ChatTemplate(
                    new String(input, StandardCharsets.UTF_8), Map.of("bos_token", "<s>", "eos_token", "</s>"), null);
            template.render(template.dicts(TALK), Map.of(), true).value();
        }
    }
}
