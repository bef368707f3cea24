// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The forecast for a shape of each model family, compared with the peak memory of a run. */
@Tag("exhaustive")
class EstimateFamiliesDistributionTest {
    @TempDir
    private Path folder;

    /** The config.json of a fixture of each family. */
    static Stream<Path> families() {
        Path goldens = Path.of("../recipes/src/test/resources/golden");
        Path others = Path.of("../models-others/src/test/resources/golden");
        return Stream.concat(
                Stream.of("smollm3", "granite", "olmo2").map(name -> others.resolve(name + "/config.json")),
                Stream.of("gemma2", "gemma3", "gemma", "mistral_sliding", "qwen2", "qwen3", "phi3", "phi4")
                        .map(name -> goldens.resolve(name + "_style/config.json")));
    }

    /** Activations and weights take three times what Java and libtorch take. */
    @ParameterizedTest
    @MethodSource("families")
    void thePeakIsForeseenWithinFifteenPercent(Path config) throws IOException, InterruptedException {
        ForeseenPeak peak = new ForeseenPeak(folder);
        peak.writeModel(config, 768, 2304, 6);
        peak.assertWithinFifteenPercent(List.of(
                "model._component_=lora_auto",
                "model.lora_attn_modules=[q_proj, k_proj, v_proj, output_proj]",
                "model.apply_lora_to_mlp=True",
                "dtype=fp32",
                "batch_size=8",
                "enable_activation_checkpointing=False"));
    }
}
