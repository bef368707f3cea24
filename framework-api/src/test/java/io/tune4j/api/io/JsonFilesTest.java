// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonFilesTest {
    @TempDir
    Path folder;

    private String problem(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), content);
        IOException e = catchThrowableOfType(IOException.class, () -> JsonFiles.read(file));
        return JsonFiles.problem(e, "download it again");
    }

    @Test
    void longTextsAndAMarkAreRead() throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), "\ufeff{\"a\": \"" + "x".repeat(21_000_000) + "\"}");
        assertThat(JsonFiles.read(file).path("a").asText()).hasSize(21_000_000);
    }

    @Test
    void everyFailureHasWords() throws IOException {
        assertThat(problem("{\"a\": }"))
                .startsWith("is no valid JSON (line 1): Unexpected character")
                .endsWith("; download it again");
        assertThat(problem("{\"a\": \"" + "x".repeat(100) + "\", }"))
                .startsWith("is no valid JSON (line 1, character 111): ");
        assertThat(problem("{\n\"a\": 1")).isEqualTo("is no valid JSON (line 2): it ends too early; download it again");
        assertThat(problem("")).contains("it is empty");
        assertThat(problem("[".repeat(2000)))
                .as("downloading it again would not help")
                .contains("goes beyond a limit", "1000")
                .doesNotContain("download", "`");
        assertThat(problem("{\"a\": " + "1".repeat(200_000) + "}")).contains("goes beyond a limit", "100000");
        IOException missing =
                catchThrowableOfType(IOException.class, () -> JsonFiles.read(folder.resolve("missing.json")));
        assertThat(JsonFiles.problem(missing)).isEqualTo("is not there");
    }
}
