// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.Problems.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The keys in docs/reference/keys.md are the recipe's, and those of the bundled configs are among them. */
class KeysPageTest {
    private static final Path PAGE = Path.of("../docs/reference/keys.md");
    private static final Pattern ROW = Pattern.compile("^\\|([^|]*)\\|", Pattern.MULTILINE);
    private static final Pattern KEY = Pattern.compile("`([a-z][\\w.]*)`");
    private static final Pattern TOP_LEVEL = Pattern.compile("^([a-z]\\w*):", Pattern.MULTILINE);
    private static final String BASE = Checks.read(Checks.CONFIGS.resolve("quickstart.yaml"));

    static Set<String> documented() throws IOException {
        String rows = ROW.matcher(Files.readString(PAGE))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.joining("\n"));
        return KEY.matcher(rows).results().map(match -> match.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> unknown(String key) {
        // Only a quantized base has a cache.
        List<String> overrides = List.of("model.quantize_base=True", key + "=1");
        return Checks.check(BASE, overrides).problems().mistakes().stream()
                .filter(problem -> problem.path().equals(key))
                .map(Problem::message)
                .filter(message -> message.startsWith("unknown key"))
                .toList();
    }

    static Stream<String> keysOfTheRecipe() throws IOException {
        // The other name of lora_rank stands alone in brackets, and a section needs more than a number.
        return documented().stream()
                .filter(key -> !key.equals("r") && !key.endsWith("_component_"))
                .filter(key -> !Set.of("dataset", "dataset_val", "tokenizer", "optimizer", "checkpointer")
                        .contains(key));
    }

    @ParameterizedTest
    @MethodSource("keysOfTheRecipe")
    void aDocumentedKeyIsKnown(String key) {
        assertThat(unknown(key)).isEmpty();
    }

    @Test
    void aKeyThatDoesNotExistIsFound() {
        assertThat(unknown("no_such_key")).isNotEmpty();
        assertThat(unknown("model.no_such_key")).isNotEmpty();
    }

    @Test
    void keysOfBundledConfigsAreDocumented() throws IOException {
        Set<String> used = Checks.bundled().stream()
                .flatMap(config -> TOP_LEVEL.matcher(Checks.read(config)).results())
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> documented =
                documented().stream().map(key -> key.replaceFirst("\\..*", "")).collect(Collectors.toSet());
        // Configs' own variables, which others refer to.
        used.removeAll(Set.of("checkpoint_dir", "teacher_dir"));
        String distillation = Files.readString(Path.of("../docs/how-to/distillation.md"));
        used.removeIf(key -> distillation.contains("| `" + key + "` |"));
        assertThat(documented).containsAll(used);
    }
}
