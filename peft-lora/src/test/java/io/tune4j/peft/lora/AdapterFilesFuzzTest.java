// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.testkit.fuzz.FuzzTarget;
import io.tune4j.testkit.fuzz.Fuzzing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterFilesFuzzTest {
    @TempDir
    Path folder;

    @Test
    void adapterConfigs() throws Exception {
        Fuzzing.run(new AdapterConfigs(), folder, 500);
    }

    static final class AdapterConfigs implements FuzzTarget {
        private static final LoraOptions OPTIONS = new LoraOptions(
                ModuleNames.Listed.of(List.of("q_proj")),
                null,
                List.of(),
                4,
                8,
                Map.of(),
                Map.of(),
                0,
                false,
                false,
                DType.FLOAT32,
                false,
                List.of(),
                List.of(),
                null,
                null);

        private static final List<LoraTarget> TARGETS =
                List.of(new LoraTarget(new Projection("model.layers.3.self_attn.q_proj", 8, 8, false), 4, 8, 2, false));

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public List<byte[]> seeds() {
            return List.of(
                    bytes("{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"bias\":\"none\",\"use_dora\":false,"
                            + "\"rank_pattern\":{\"layers\\\\.\\\\d+\\\\.self_attn.*\":8},\"alpha_pattern\":{},"
                            + "\"init_lora_weights\":\"pissa\",\"modules_to_save\":[\"x\"]}"),
                    bytes("{\"rank_pattern\":{\"(([a-z_.0-9]+)+)+!\":1}}"),
                    bytes("{\"alpha_pattern\":{\"[\":1}}"),
                    bytes("null"));
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            Files.write(folder.resolve(AdapterConfigFile.NAME), input);
            AdapterConfigFile.mismatches(folder, OPTIONS, TARGETS);
        }
    }
}
