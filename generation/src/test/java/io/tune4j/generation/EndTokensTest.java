// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndTokensTest {
    @TempDir
    private Path folder;

    private void write(String json) throws IOException {
        Files.writeString(folder.resolve("generation_config.json"), json);
    }

    @Test
    void aNumberAListOrNothing() throws IOException {
        assertThat(EndTokens.of(folder)).isEmpty();
        write("{\"eos_token_id\": 2}");
        assertThat(EndTokens.of(folder)).containsExactly(2);
        write("{\"eos_token_id\": [128001, 128008, 128009]}");
        assertThat(EndTokens.of(folder)).containsExactlyInAnyOrder(128001, 128008, 128009);
        write("{\"eos_token_id\": null}");
        assertThat(EndTokens.of(folder)).isEmpty();
    }

    @Test
    void anythingElseIsNamedWithItsFile() throws IOException {
        write("{\"eos_token_id\": \"</s>\"}");
        assertThatThrownBy(() -> EndTokens.of(folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("generation_config.json")
                .hasMessageContaining("eos_token_id");
        write("{");
        assertThatThrownBy(() -> EndTokens.of(folder)).isInstanceOf(DataException.class);
    }
}
