// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.recipes.testing.TestedBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The text part of a model for images: its weights by either of their names, and its adapter for the whole model. */
class TextPartTest {
    private static final GoldenFixture PART = GoldenFixture.read(Path.of("src/test/resources/golden/gemma3_part"));

    @TempDir
    private Path folder;

    @Test
    void weightsMayHaveTheNamesOfModules() throws IOException {
        Files.copy(PART.folder().resolve("config.json"), folder.resolve("config.json"));
        try (Checkpoint published = Checkpoint.open(PART.folder())) {
            List<TensorSpec> specs = published.entries().values().stream()
                    .map(entry -> new TensorSpec(module(entry.name()), entry.dtype(), entry.shape()))
                    .toList();
            SafetensorsWriter.write(
                    folder.resolve("model.safetensors"), specs, Map.of("format", "pt"), (spec, sink) -> {
                        TensorEntry entry = published.entries().values().stream()
                                .filter(each -> module(each.name()).equals(spec.name()))
                                .findFirst()
                                .orElseThrow();
                        ByteBuffer bytes = ByteBuffer.allocate((int) entry.byteLength());
                        published.read(entry, 0, bytes);
                        sink.accept(bytes.flip());
                    });
        }
        try (Backend backend = TestedBackend.open();
                GoldenModel published = GoldenModel.base(backend, DType.FLOAT32, PART.folder());
                GoldenModel renamed = GoldenModel.base(backend, DType.FLOAT32, folder)) {
            assertThat(renamed.loss(PART.evaluationBatch(), false))
                    .isEqualTo(published.loss(PART.evaluationBatch(), false));
        }
    }

    private static String module(String weight) {
        return weight.startsWith("language_model.model.")
                ? "model.language_model." + weight.substring("language_model.model.".length())
                : "model." + weight;
    }

    /** peft looks for {@code q_proj} in what reads images too. */
    @Test
    void theAdaptersConfigExcludesTheOtherParts() {
        String options = "lora_rank: 2, target_modules: [q_proj, v_proj]";
        try (Backend backend = TestedBackend.open();
                GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, PART, options, 3)) {
            model.adapter().save(folder, "base");
            JsonNode config = GoldenFixture.json(folder.resolve("adapter_config.json"));
            Pattern excluded = Pattern.compile(config.get("exclude_modules").asText());
            assertThat("model.vision_tower.encoder.layers.0.self_attn.q_proj").matches(excluded);
            assertThat(model.parameters()).isNotEmpty().allSatisfy(parameter -> assertThat(parameter.name())
                    .startsWith("model.language_model.layers.")
                    .doesNotMatch(excluded));
            try (GoldenModel again = GoldenModel.loaded(backend, DType.FLOAT32, PART, folder)) {
                assertThat(again.loss(PART.evaluationBatch(), false))
                        .isEqualTo(model.loss(PART.evaluationBatch(), false));
            }
        }
    }
}
