// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.llama;

import io.tune4j.decoder.ConfigFile;
import io.tune4j.testkit.fuzz.FuzzTarget;
import io.tune4j.testkit.fuzz.Fuzzing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFuzzTest {
    private static final Path MODEL = Path.of("../configs/src/main/resources/quickstart/model");

    @TempDir
    Path folder;

    @Test
    void configs() throws Exception {
        Fuzzing.run(new Configs(), folder, 500);
    }

    static final class Configs implements FuzzTarget {
        @Override
        public List<byte[]> seeds() throws IOException {
            List<byte[]> seeds = new ArrayList<>();
            seeds.add(("{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\",\"hidden_size\":64,"
                            + "\"intermediate_size\":128,\"num_hidden_layers\":2,\"num_attention_heads\":4,\"num_key_value_heads\":2,"
                            + "\"vocab_size\":256,\"rms_norm_eps\":1e-5,\"rope_theta\":10000.0,\"max_position_embeddings\":512,"
                            + "\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,"
                            + "\"original_max_position_embeddings\":8192},\"tie_word_embeddings\":true}")
                    .getBytes(StandardCharsets.UTF_8));
            if (Files.exists(MODEL.resolve("config.json"))) {
                seeds.add(Files.readAllBytes(MODEL.resolve("config.json")));
            }
            return seeds;
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            Files.write(folder.resolve("config.json"), input);
            ConfigFile.read(folder, new LlamaArchitecture());
        }
    }
}
