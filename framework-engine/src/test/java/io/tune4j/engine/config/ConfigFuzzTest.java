// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ConfigFuzzTest {
    private static final String VALID =
            "output_dir: /tmp/x\nmodel: {_component_: lora_llama, lora_rank: 8, m: [q_proj, v_proj]}\n"
                    + "optimizer:\n  lr: 1e-4\n  name: ${output_dir}/${model.lora_rank}\nseed: null\n";

    @Provide
    Arbitrary<String> nearlyYaml() {
        Arbitrary<String> noise = Arbitraries.strings()
                .withChars("abc:-[]{}#&*!|>'\"%@`,?~$\\. \n\t0123456789_=\u00e9\u2028")
                .ofMaxLength(60);
        Arbitrary<String> mutated = Combinators.combine(
                        Arbitraries.integers().between(0, VALID.length()),
                        Arbitraries.integers().between(0, 12),
                        noise)
                .as((at, cut, text) ->
                        VALID.substring(0, at) + text + VALID.substring(Math.min(VALID.length(), at + cut)));
        return Arbitraries.oneOf(noise, mutated, Arbitraries.strings().ofMaxLength(80));
    }

    @Provide
    Arbitrary<List<String>> overrides() {
        Arbitrary<String> key = Arbitraries.of(
                "model.lora_rank",
                "--optimizer.lr",
                "~seed",
                "model.m[0]",
                "model.m[9]",
                "--x",
                "a..b",
                "model._component_");
        Arbitrary<String> value =
                Arbitraries.strings().withChars("ab=[]{},\"' ${}.~1:").ofMaxLength(12);
        Arbitrary<String> pair =
                Combinators.combine(key, Arbitraries.of("=", "", " "), value).as((k, e, v) -> k + e + v);
        return Arbitraries.oneOf(pair, Arbitraries.strings().ofMaxLength(20))
                .list()
                .ofMaxSize(4);
    }

    /** Whatever is given: a config, or problems; never another exception, and never a hang. */
    @Property(tries = 2000)
    void anyTextIsReadOrRefused(@ForAll("nearlyYaml") String yaml, @ForAll("overrides") List<String> overrides) {
        Problems problems = new Problems();
        Mapping parsed = ConfigLoader.parse(yaml, "fuzz", problems);
        Notices notices = new Notices();
        Mapping changed =
                new OverrideApplier(problems, notices).apply(parsed, ConfigOverride.parse(overrides, problems));
        Mapping resolved = new Interpolation(changed, Map.of(), Map.of(), problems).resolve();
        ConfigReader reader = new ConfigReader(resolved, problems, notices);
        reader.string("output_dir");
        ConfigReader model = reader.section("model");
        model.integer("lora_rank", 8);
        model.strings("m", List.of());
        reader.section("optimizer").number("lr", 1);
        reader.finish();
        problems.all().forEach(problem -> assertThat(problem.message()).isNotBlank());
    }

    @Property(tries = 1000)
    void whatIsWrittenReadsBackTheSame(@ForAll("trees") Mapping tree) {
        String yaml = ConfigWriter.write(tree);
        Problems problems = new Problems();
        Mapping parsed = ConfigLoader.parse(yaml, "written", problems);
        Mapping back = new Interpolation(parsed, Map.of(), Map.of(), problems).resolve();
        assertThat(problems.all()).as(yaml).isEmpty();
        assertThat(plain(back)).as(yaml).isEqualTo(plain(tree));
    }

    private static final Origin ORIGIN = new Origin("override 1: a=\n#\"x\"", 1);

    @Provide
    Arbitrary<Mapping> trees() {
        return mapping(3);
    }

    private static Arbitrary<Mapping> mapping(int depth) {
        Arbitrary<String> keys = Arbitraries.oneOf(
                Arbitraries.of("a", "lora_rank", "_component_", "x y", "1", "null", "a:b", "#", "yes"),
                Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(5));
        return Arbitraries.maps(keys, node(depth))
                .ofMaxSize(4)
                .map(map -> new Mapping(new LinkedHashMap<>(map), ORIGIN));
    }

    private static Arbitrary<ConfigNode> node(int depth) {
        Arbitrary<String> texts = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(8),
                Arbitraries.of(
                        "1e-4",
                        "true",
                        "None",
                        "~",
                        "${x}",
                        "\\${x}",
                        "a\\",
                        "- a",
                        "a: b",
                        "# c",
                        " a ",
                        "",
                        "é\u2028\n",
                        "0x1F",
                        "/tmp/a b",
                        "{}",
                        "[1]",
                        "\uD83D\uDE00",
                        "[1, 2"));
        Arbitrary<ConfigNode> scalar = Arbitraries.oneOf(
                texts.map(text -> (ConfigNode) new Scalar(text, text, ORIGIN)),
                Arbitraries.of("1", "1e-4", "True", "none", "-.inf", "0.5", "1_000", "0x10")
                        .map(text -> new Scalar(ScalarTypes.typed(text), text, ORIGIN)));
        if (depth == 0) {
            return scalar;
        }
        Arbitrary<ConfigNode> list = node(depth - 1).list().ofMaxSize(3).map(items -> new Sequence(items, ORIGIN));
        return Arbitraries.oneOf(scalar, list, mapping(depth - 1).map(mapping -> mapping));
    }

    /** Compares values and texts, not origins. */
    private static Object plain(ConfigNode node) {
        if (node instanceof Mapping mapping) {
            Map<String, Object> entries = new LinkedHashMap<>();
            mapping.entries().forEach((key, value) -> entries.put(key, plain(value)));
            return entries;
        }
        if (node instanceof Sequence sequence) {
            return sequence.items().stream().map(ConfigFuzzTest::plain).toList();
        }
        Scalar scalar = (Scalar) node;
        return scalar.value() == null ? "the null" : scalar.value();
    }
}
