// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonConfigTest {
    @TempDir
    Path folder;

    private ConfigReader read(String json) throws IOException {
        return ConfigReader.ofJson(Files.writeString(folder.resolve("config.json"), json));
    }

    @Test
    void valuesHaveTheirTypes() throws IOException {
        ConfigReader json = read(
                "{\"layers\": 16, \"eps\": 1e-5, \"whole\": 2, \"tied\": true, \"type\": \"llama\", \"none\": null,"
                        + " \"rope\": {\"theta\": 500000.0}, \"factors\": [1, 2.5]}");
        assertThat(json.integer("layers")).isEqualTo(16);
        assertThat(json.number("eps")).isEqualTo(1e-5);
        assertThat(json.number("whole")).isEqualTo(2);
        assertThat(json.bool("tied", false)).isTrue();
        assertThat(json.string("type", "")).isEqualTo("llama");
        assertThat(json.has("none")).isFalse();
        assertThat(json.section("rope").number("theta")).isEqualTo(500_000);
        assertThat(json.numbers("factors", List.of())).containsExactly(1.0, 2.5);
        assertThat(json.problems().isEmpty()).isTrue();
    }

    @Test
    void mistakesNameTheFileAndTheKey() throws IOException {
        ConfigReader json = read("{\"layers\": \"many\", \"vast\": 99999999999999999999}");
        json.integer("layers");
        json.integer("vast");
        assertThat(json.problems().all().toString()).contains("config.json", "layers", "vast");
    }

    @Test
    void whatIsNoObjectIsRefused() {
        assertThatThrownBy(() -> read("[1]")).isInstanceOf(IOException.class).hasMessageContaining("no JSON object");
        assertThatThrownBy(() -> read("{")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ConfigReader.ofJson(folder.resolve("none"))).isInstanceOf(IOException.class);
    }
}
