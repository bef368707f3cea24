// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.config.Problems.ConfigException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    private static final String CONFIG = """
            output_dir: /tmp/out
            model:
              _component_: lora_llama
              lora_rank: 8
              lora_attn_modules: [q_proj, v_proj]
            optimizer:
              _component_: AdamW
              lr: 1e-4
              fused: True
            log_dir: ${output_dir}/logs
            """;

    @TempDir
    Path folder;

    private final Problems problems = new Problems();
    private final Notices notices = new Notices();

    private Mapping load(String yaml, String... overrides) throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), yaml);
        return ConfigLoader.load(
                ConfigLoader.read(file),
                file.toString(),
                List.of(overrides),
                Map.of("SCRATCH", "/scratch", "COUNT", "3"),
                Map.of("tune4j.configs", "/dist/configs"),
                problems,
                notices);
    }

    private static Object at(ConfigNode node, String... path) {
        ConfigNode current = node;
        for (String key : path) {
            current = ((Mapping) current).entries().get(key);
        }
        return plain(current);
    }

    private static Object plain(ConfigNode node) {
        if (node instanceof Sequence sequence) {
            List<Object> items = new ArrayList<>();
            sequence.items().forEach(item -> items.add(plain(item)));
            return items;
        }
        return node instanceof Scalar scalar ? scalar.value() : node;
    }

    @Test
    void wordsAndNumbersMeanWhatPythonAndYamlSay() throws IOException {
        Mapping config = load("""
                a: 1e-4
                b: True
                c: None
                d: ~
                e: "1"
                f: 1_000
                g: 0x10
                h: .5
                i: -3
                j: 2024-01-01
                k: yes
                l: 'no'
                m: -.inf
                n: 99999999999999999999
                o: 00004
                """);
        assertThat(at(config, "a")).isEqualTo(1e-4);
        assertThat(at(config, "b")).isEqualTo(true);
        assertThat(at(config, "c")).isNull();
        assertThat(at(config, "d")).isNull();
        assertThat(at(config, "e")).isEqualTo("1");
        assertThat(at(config, "f")).isEqualTo(1000L);
        assertThat(at(config, "g")).isEqualTo(16L);
        assertThat(at(config, "h")).isEqualTo(0.5);
        assertThat(at(config, "i")).isEqualTo(-3L);
        assertThat(at(config, "j")).isEqualTo("2024-01-01");
        assertThat(at(config, "k")).isEqualTo(true);
        assertThat(at(config, "l")).isEqualTo("no");
        assertThat(at(config, "m")).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(at(config, "n")).isEqualTo(1e20);
        assertThat(((Scalar) config.entries().get("o")).text()).isEqualTo("00004");
        assertThat(config.entries().get("b").origin().text()).endsWith("c.yaml:2:4");
    }

    @Test
    void overridesComeInAllForms() throws IOException {
        Mapping config = load(
                CONFIG,
                "model.lora_rank=64",
                "--optimizer.lr=3e-4",
                "--seed",
                "7",
                "~optimizer.fused",
                "model.lora_attn_modules[1]=k_proj",
                "dataset._component_=alpaca_dataset",
                "--shuffle=False",
                "name=a: b # c");
        assertThat(problems.all()).isEmpty();
        assertThat(at(config, "model", "lora_rank")).isEqualTo(64L);
        assertThat(at(config, "optimizer", "lr")).isEqualTo(3e-4);
        assertThat(at(config, "seed")).isEqualTo(7L);
        assertThat(at(config, "optimizer", "fused")).isNull();
        assertThat(at(config, "model", "lora_attn_modules")).isEqualTo(List.of("q_proj", "k_proj"));
        assertThat(at(config, "dataset", "_component_")).isEqualTo("alpaca_dataset");
        assertThat(at(config, "shuffle")).isEqualTo(false);
        assertThat(at(config, "name")).isEqualTo("a: b # c");
        assertThat(at(config, "log_dir")).isEqualTo("/tmp/out/logs");
    }

    @Test
    void aListThatTheShellHasSplitIsPutTogether() throws IOException {
        Mapping config = load(CONFIG, "--model.lora_attn_modules=[q_proj,", "k_proj,", "v_proj]", "--epochs=2");
        assertThat(at(config, "model", "lora_attn_modules")).isEqualTo(List.of("q_proj", "k_proj", "v_proj"));
        assertThat(at(config, "epochs")).isEqualTo(2L);
        Mapping quoted = load(CONFIG, "model.lora_attn_modules=[\"q_proj\", 'k_proj']");
        assertThat(at(quoted, "model", "lora_attn_modules")).isEqualTo(List.of("q_proj", "k_proj"));
        assertThat(problems.all()).isEmpty();
    }

    @Test
    void anotherComponentDropsTheOldOnesKeysWithANotice() throws IOException {
        Mapping config = load(CONFIG, "optimizer.lr=0.1", "optimizer._component_=SGD");
        assertThat(at(config, "optimizer", "lr")).isEqualTo(0.1);
        assertThat(((Mapping) config.entries().get("optimizer")).entries()).doesNotContainKey("fused");
        assertThat(notices.all()).singleElement().asString().contains("override 2", "fused, lr");
    }

    @Test
    void referencesReachKeysVariablesAndTheEnvironment() throws IOException {
        Mapping config = load("""
                base: {lr: 0.5, nested: {x: 1}}
                whole: ${base}
                number: ${base.lr}
                text: a${base.lr}b
                relative: {a: 1, b: "${.a}", c: "${..base.lr}"}
                environment: ${oc.env:SCRATCH}/x
                typed: ${oc.env:COUNT}
                fallback: ${oc.env:MISSING,/tmp}
                nested: ${oc.env:MISSING,${base.lr}}
                variable: ${tune4j.configs}/quickstart
                escaped: \\${base}
                chain: ${text}
                list: [1, "${base.lr}"]
                item: ${list[1]}
                """);
        assertThat(problems.all()).isEmpty();
        assertThat(at(config, "whole", "nested", "x")).isEqualTo(1L);
        assertThat(at(config, "number")).isEqualTo(0.5);
        assertThat(at(config, "text")).isEqualTo("a0.5b");
        assertThat(at(config, "relative", "b")).isEqualTo(1L);
        assertThat(at(config, "relative", "c")).isEqualTo(0.5);
        assertThat(at(config, "environment")).isEqualTo("/scratch/x");
        assertThat(at(config, "typed")).isEqualTo(3L);
        assertThat(at(config, "fallback")).isEqualTo("/tmp");
        assertThat(at(config, "nested")).isEqualTo(0.5);
        assertThat(at(config, "variable")).isEqualTo("/dist/configs/quickstart");
        assertThat(at(config, "escaped")).isEqualTo("${base}");
        assertThat(at(config, "chain")).isEqualTo("a0.5b");
        assertThat(at(config, "item")).isEqualTo(0.5);
    }

    @Test
    void whatIsWrongWithOverridesAndReferencesIsCollected() throws IOException {
        load("""
                a: ${b}
                b: ${a}
                c: ${nowhere}
                d: ${oc.env:NOT_SET}
                e: ${unclosed
                f: ${g}/x
                g: [1]
                h: ${oc.select:x}
                i: {j: "${i}"}
                """, "a.b.c=1", "~missing", "justaword", "g[7]=1", "=3", "x=[1, 2");
        assertThat(problems.all().toString())
                .contains("refers to itself", "${nowhere} refers to no key", "NOT_SET is not set", "no closing '}'")
                .contains("cannot be part of a text", "no resolver for ${oc.select:x}")
                .contains(
                        "a is a value, not a section",
                        "no such key to delete",
                        "override 3: justaword: expected key=value")
                .contains("g is a list of 1", "override 6: x=[1, 2: the value is no valid YAML");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: 1\na: 2",
                "a: [1, 2",
                "- 1\n- 2",
                "",
                "just text",
                "a: !!python/object/apply:os.system [ls]",
                "a: !!javax.script.ScriptEngineManager []",
                "a: 1\n---\nb: 2",
                "a: &x [*x]",
                "? [1]\n: 2",
                "a: \u0000",
                "\ta: 1"
            })
    void brokenYamlIsRefusedWithItsPlace(String yaml) {
        assertThatThrownBy(() -> {
                    load(yaml);
                    problems.throwIfAny();
                })
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("c.yaml");
    }

    @Test
    void bombsAreRefused() throws IOException {
        StringBuilder aliases = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        StringBuilder references = new StringBuilder("r0: xxxxxxxxxxxxxxxxxxxx\ns0: [x, x]\n");
        for (int i = 1; i < 30; i++) {
            int before = i - 1;
            aliases.append("a%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, before, before, before));
            references.append("r%d: ${r%d}${r%d}\ns%d: [\"${s%d}\", \"${s%d}\"]\n"
                    .formatted(i, before, before, i, before, before));
        }
        load(references.toString());
        assertThat(problems.all().toString()).contains("more than 1 MB of text", "more than 100000 values");
        assertThatThrownBy(() -> load(aliases.toString())).isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> load("a: " + "[".repeat(500) + "]".repeat(500)))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void filesThatAreNoConfigAreNamed() throws IOException {
        Path latin = Files.write(folder.resolve("latin.yaml"), "a: é".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(latin, "no UTF-8");
        assertRefused(folder.resolve("none.yaml"), "there is no config");
        assertRefused(folder, "is a folder");
        Path large = folder.resolve("large.yaml");
        Files.write(large, new byte[11 << 20]);
        assertRefused(large, "larger than 1 MB");
    }

    private void assertRefused(Path file, String part) {
        assertThatThrownBy(() -> ConfigLoader.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(part)
                .hasMessageContaining(file.toString());
    }

    @Test
    void mergeKeysAndAliasesWork() throws IOException {
        Mapping config = load("base: &b {x: 1, y: 2}\nother:\n  <<: *b\n  y: 3\n");
        assertThat(at(config, "other", "x")).isEqualTo(1L);
        assertThat(at(config, "other", "y")).isEqualTo(3L);
    }

    @Test
    void aKeyThatIsOnlyReferredToIsNoMistake() throws IOException {
        Mapping config = load("scratch: /tmp\noutput_dir: ${scratch}/a\nunused: 1\n");
        ConfigReader reader = new ConfigReader(config, problems, notices);
        reader.string("output_dir");
        reader.finish();
        assertThat(problems.all()).singleElement().asString().contains("unused: unknown key");
    }
}
