// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.error.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever is done to a config: problems with an origin, never another exception, and never a hang. */
class ConfigsFuzzTest {
    private static final List<String> CONFIGS =
            Checks.bundled().stream().map(Checks::read).toList();

    private static final List<String> VALUES = List.of(
            "",
            "null",
            "True",
            "-1",
            "0",
            "1e400",
            "nan",
            "1e-4",
            "[]",
            "[a, [b]]",
            "{}",
            "{a: 1}",
            "\"\\u0000\"",
            "'",
            "${output_dir}",
            "${nowhere}",
            "${model}",
            "${.}",
            "*a",
            "&a 1",
            "!!python/object:os.system x",
            "2147483648",
            "99999999999999999999",
            "../../etc/passwd",
            "/dev/null",
            "lora_llama3_1_8b",
            "torchtune.models.gemma.gemma_2b",
            "torch.optim.SGD",
            "\u2028",
            "~",
            "-",
            ": :",
            "x".repeat(5000));

    @Property(tries = 600)
    void mutatedConfigsAreReadOrRefused(@ForAll long seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>(
                CONFIGS.get(random.nextInt(CONFIGS.size())).lines().toList());
        for (int i = random.nextInt(4); i >= 0; i--) {
            mutate(lines, random);
        }
        List<String> overrides = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            overrides.add(key(lines, random) + "=" + VALUES.get(random.nextInt(VALUES.size())));
        }
        check(String.join("\n", lines), overrides);
    }

    private static void mutate(List<String> lines, Random random) {
        int at = random.nextInt(lines.size());
        String line = lines.get(at);
        switch (random.nextInt(6)) {
            case 0 -> lines.remove(at);
            case 1 -> lines.add(at, line);
            case 2 -> lines.set(at, line.replaceFirst(":.*", ": " + Matcher.quoteReplacement(value(random))));
            case 3 -> lines.set(at, " ".repeat(random.nextInt(5)) + line.strip());
            case 4 -> {
                int position = random.nextInt(line.length() + 1);
                lines.set(at, line.substring(0, position) + value(random) + line.substring(position));
            }
            default -> lines.set(at, line.replace('_', '-'));
        }
    }

    private static String value(Random random) {
        return VALUES.get(random.nextInt(VALUES.size()));
    }

    private static String key(List<String> lines, Random random) {
        String line = lines.get(random.nextInt(lines.size())).strip();
        String key = line.contains(":") ? line.substring(0, line.indexOf(':')) : line;
        return List.of("", "model.", "~", "--", "dataset.").get(random.nextInt(5)) + key;
    }

    private static void check(String yaml, List<String> overrides) {
        try {
            Checks.check(yaml, overrides).problems().all().forEach(problem -> {
                assertThat(problem.message()).isNotBlank();
                assertThat(problem.origin().text()).isNotBlank();
            });
        } catch (UserException e) {
            assertThat(e).hasMessageNotContaining("Exception");
        }
    }
}
