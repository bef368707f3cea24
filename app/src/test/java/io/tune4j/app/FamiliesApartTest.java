// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Code that all families share names none of them, and no family names another. */
class FamiliesApartTest {
    private static final Pattern COMMENTS = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);

    /** {@code llama3} is also a kind of rope scaling; llama.cpp and Ollama are programs. */
    private static final String LLAMA = "(?<!o)llama(?!3|\\.cpp)";

    private static final Map<String, String> NAMES = Map.of(
            "llama", LLAMA,
            "mistral", "mistral|ministral",
            "qwen", "qwen",
            "gemma", "gemma",
            "phi", "\\bphi[-_]?\\d|\\bphi\\b",
            "others", "granite|olmo|smollm3");

    private static List<String> found(String source, String names) {
        List<String> found = new ArrayList<>();
        Matcher matcher = Pattern.compile("[^\n]*(?:" + names + ")[^\n]*", Pattern.CASE_INSENSITIVE)
                .matcher(COMMENTS.matcher(source).replaceAll(""));
        while (matcher.find()) {
            found.add(matcher.group().strip());
        }
        return found;
    }

    private static List<String> inModule(String module, String names) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main"))) {
            for (Path file : files.filter(path -> path.toString().matches(".*\\.(java|c|h|cu)"))
                    .toList()) {
                found(Files.readString(file), names).forEach(line -> lines.add(file + ": " + line));
            }
        }
        return lines;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "framework-api",
                "framework-decoder",
                "generation",
                "recipes",
                "peft-lora",
                "peft-qlora",
                "kernels-cpu",
                "backend-bytedeco",
                "backend-djl"
            })
    void sharedCodeNamesNoFamily(String module) throws IOException {
        assertThat(inModule(module, String.join("|", NAMES.values()))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "mistral", "qwen", "gemma", "phi", "others"})
    void noFamilyNamesAnother(String family) throws IOException {
        for (Map.Entry<String, String> other : NAMES.entrySet()) {
            if (!other.getKey().equals(family)) {
                assertThat(inModule("models-" + family, other.getValue()))
                        .as(other.getKey())
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'if (config.name().equals(\"Gemma 2\"))', gemma, 1",
        "'if (family instanceof Qwen3Architecture)', qwen, 1",
        "'case \"phi3\" -> 1;', phi, 1",
        "'// as Gemma does', gemma, 0",
        "'case \"llama3\" -> llama3();', llama, 0",
        "'graphics.philosophy()', phi, 0"
    })
    void onlyCodeCounts(String line, String family, int count) {
        assertThat(found(line + "\nreturn;", String.valueOf(NAMES.get(family)))).hasSize(count);
    }

    @Test
    void everyFamilyIsLookedAt() throws IOException {
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            assertThat(modules.map(module -> String.valueOf(module.getFileName()))
                            .filter(name -> name.startsWith("models-"))
                            .map(name -> name.substring("models-".length())))
                    .containsExactlyInAnyOrderElementsOf(NAMES.keySet());
        }
    }
}
