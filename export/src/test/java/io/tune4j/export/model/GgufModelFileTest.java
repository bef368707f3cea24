// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.DataException;
import io.tune4j.export.ToyModels;
import io.tune4j.export.adapter.AdapterFolder;
import io.tune4j.export.adapter.Folding;
import io.tune4j.export.adapter.Program;
import io.tune4j.export.gguf.GgufType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufModelFileTest {
    @TempDir
    Path folder;

    private Path file = Path.of("");
    private Path cache = Path.of("");
    private Path toy = Path.of("");

    @BeforeEach
    void aFile() throws IOException {
        toy = ToyModels.copy("llama2_style", folder.resolve("toy"));
        file = folder.resolve("Toy.GGUF");
        cache = folder.resolve("cache");
        export(GgufType.Q8_0);
    }

    private void export(GgufType type) {
        try (HfModel model = HfModel.open(toy)) {
            GgufExport.of(model, PromptForm.PLAIN, warning -> {}).writeModel(file, type, null);
        }
    }

    private Path made() {
        return new GgufModelFile(file, cache).folder();
    }

    @Test
    void theFolderIsMadeOnce() throws IOException {
        Path made = made();
        assertThat(made).startsWith(cache).hasFileName("Toy");
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
            assertThat(made.resolve(name)).isNotEmptyFile();
        }
        FileTime time = Files.getLastModifiedTime(made.resolve("model.safetensors"));
        assertThat(made()).isEqualTo(made);
        assertThat(Files.getLastModifiedTime(made.resolve("model.safetensors"))).isEqualTo(time);
    }

    @Test
    void aChangedFileGetsAnotherFolderInPlaceOfTheFormer() throws IOException {
        Path first = made();
        export(GgufType.F16);
        Path second = made();
        assertThat(second).isNotEqualTo(first);
        assertThat(first.getParent()).doesNotExist();
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        assertThat(made()).isNotEqualTo(second);
    }

    @Test
    void theFolderOfADeletedFileIsDeletedWithTheNext() throws IOException {
        Path first = made();
        Path kept = new GgufModelFile(Files.copy(file, folder.resolve("kept.gguf")), cache).folder();
        Files.delete(file);
        file = folder.resolve("next.gguf");
        export(GgufType.F16);
        assertThat(made()).exists();
        assertThat(first.getParent()).doesNotExist();
        assertThat(kept).exists();
    }

    @Test
    void theEnvironmentSaysWhereTheCacheIs() {
        assertThat(GgufModelFile.of(file, Map.of("TUNE4J_CACHE", cache.toString()))
                        .cache())
                .isEqualTo(cache.resolve("gguf"));
    }

    @Test
    void aFileThatIsNoModelLeavesNothing() throws IOException {
        Files.writeString(file, "GGUF");
        assertThatThrownBy(this::made).isInstanceOf(DataException.class).hasMessageContaining("Toy.GGUF");
        Files.delete(file);
        assertThatThrownBy(this::made).isInstanceOf(DataException.class).hasMessageContaining("Toy.GGUF");
        Path adapter = ToyModels.adapter("llama2_style", "lora", folder.resolve("adapter"));
        try (HfModel model = HfModel.open(toy)) {
            GgufExport.of(model, PromptForm.PLAIN, warning -> {})
                    .writeAdapter(file, Folding.of(AdapterFolder.read(adapter), Program.LLAMA_CPP));
        }
        assertThatThrownBy(this::made)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds an adapter, not a model");
        if (Files.exists(cache)) {
            try (Stream<Path> left = Files.walk(cache)) {
                assertThat(left.filter(Files::isRegularFile)).isEmpty();
            }
        }
    }
}
