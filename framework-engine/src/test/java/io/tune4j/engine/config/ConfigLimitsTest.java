// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** A small config can ask for much depth, work and memory. It gets a problem in words, and gets it soon. */
class ConfigLimitsTest {
    private static String problems(String yaml, String... overrides) {
        return Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            Problems problems = new Problems();
            Notices notices = new Notices();
            Mapping parsed = ConfigLoader.parse(yaml, "c.yaml", problems);
            Mapping changed = new OverrideApplier(problems, notices)
                    .apply(parsed, ConfigOverride.parse(List.of(overrides), problems));
            Mapping resolved = new Interpolation(changed, Map.of(), Map.of(), problems).resolve();
            ConfigWriter.write(resolved);
            resolved.canonical();
            new ConfigReader(resolved, problems, notices).finish();
            return problems.all().stream().map(Object::toString).collect(Collectors.joining("\n"));
        });
    }

    private static String lines(int from, int to, String line) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> line.replace("#", String.valueOf(i)).replace("@", String.valueOf(i + 1)))
                .collect(Collectors.joining());
    }

    @Test
    void referencesWithinReferences() {
        assertThat(problems("a: '" + "${".repeat(5000) + "x" + "}".repeat(5000) + "'"))
                .contains("more than 200 references");
        assertThat(problems("a: 'b" + "${".repeat(5000) + "x" + "}".repeat(5000) + "'"))
                .contains("more than 200 references");
    }

    @Test
    void referencesEachToTheNext() {
        assertThat(problems(lines(1, 5000, "k#: ${k@}\n") + "k5001: 1\n")).contains("more than 200 references");
        String deep = "{a: ".repeat(60) + "'${k@}'" + "}".repeat(60);
        assertThat(problems(lines(1, 500, "k#: " + deep + "\n") + "k501: 1\n")).contains("more than 200 references");
    }

    @Test
    void sectionsGrowDeepByReferencesToThoseBefore() {
        assertThat(problems("k1: {a: 1}\n" + lines(1, 5000, "k@: {a: '${k#}'}\n")))
                .contains("sections within each other");
    }

    @Test
    void textsThatManyValuesReferTo() {
        assertThat(problems("a: " + "x".repeat(400_000) + "\n" + lines(1, 10, "k#: ${a}${a}${a}\n")))
                .contains("1 MB of text");
        assertThat(problems("a: " + "x".repeat(100_000) + "\n" + lines(1, 2000, "k#: ${a}y\n")))
                .contains("16 MB of text");
    }

    @Test
    void deepYaml() {
        assertThat(problems("a: " + "[".repeat(5000) + "]".repeat(5000))).contains("no valid YAML");
        assertThat(problems("a: " + "{a: ".repeat(5000) + "1" + "}".repeat(5000)))
                .contains("no valid YAML");
        assertThat(problems("- ".repeat(5000) + "a")).contains("no valid YAML");
        assertThat(problems("? ".repeat(5000) + "a")).contains("no valid YAML");
    }

    @Test
    void longNamesAndNumbers() {
        assertThat(problems("a: 1" + "_1".repeat(400_000))).isNotEmpty();
        assertThat(problems("a: " + "9".repeat(900_000))).isNotEmpty();
        assertThat(problems("? " + "k".repeat(900_000) + "\n: {" + "a, ".repeat(1000) + "b}"))
                .contains("a key of");
        assertThat(problems("a: ${" + "b".repeat(100_000) + "}\n" + "c".repeat(900) + ": 1"))
                .contains("refers to no key");
    }

    @Test
    void longPathsOfOverrides() {
        assertThat(problems("a: 1", "a" + ".a".repeat(50_000) + "=1")).contains("expected key=value");
        assertThat(problems("a: 1", "a" + "[0]".repeat(50_000) + "=1")).contains("expected key=value");
        assertThat(problems("a: 1", "b=" + "[".repeat(50_000))).contains("no valid YAML");
    }
}
