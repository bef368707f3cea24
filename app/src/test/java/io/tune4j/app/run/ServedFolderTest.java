// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServedFolderTest {
    @TempDir
    Path folder;

    private ServedFolder run(String peftType) throws IOException {
        Path base = Files.createDirectories(folder.resolve("base"));
        Files.writeString(base.resolve("config.json"), "{}");
        Path adapter = Files.createDirectories(folder.resolve("run/adapter"));
        Files.writeString(adapter.resolve("adapter_config.json"), "{\"peft_type\": \"" + peftType + "\"}");
        Files.writeString(
                folder.resolve("run/config.yaml"),
                "model: {_component_: vera_llama, vera_rank: 8}\ncheckpointer: {checkpoint_dir: '" + base + "'}\n");
        return ServedFolder.of(folder.resolve("run"), null);
    }

    @Test
    void anAdapterOfLoraDescribesItself() throws IOException {
        assertThat(run("LORA").generateYaml())
                .contains("model: {_component_: auto}")
                .doesNotContain("vera");
    }

    @Test
    void anotherMethodHasItsOptionsInTheRunsConfig() throws IOException {
        assertThat(run("VERA").generateYaml())
                .contains("model: {\"_component_\": \"vera_llama\", \"vera_rank\": 8}")
                .doesNotContain("auto");
    }

    @Test
    void aServerReadsEachAdaptersOwnFile() throws IOException {
        assertThat(run("VERA").serveYaml())
                .contains("model: {_component_: auto}")
                .doesNotContain("vera");
    }
}
