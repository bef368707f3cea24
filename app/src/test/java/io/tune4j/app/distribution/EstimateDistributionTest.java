// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.app.distribution.Tune.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forecast of {@code tune estimate}, compared with the peak memory of a run. */
class EstimateDistributionTest {
    @TempDir
    private Path folder;

    /** Wide with all activations, deep in fp32, and checkpointed with larger weights. */
    @ParameterizedTest
    @CsvSource({
        "768, 2048, 8, bf16, 8, False",
        "512, 1536, 16, fp32, 4, False",
        "1024, 4096, 12, bf16, 8, True",
    })
    void thePeakIsForeseenWithinFifteenPercent(
            int hidden, int intermediate, int layers, String dtype, int batch, String checkpointing)
            throws IOException, InterruptedException {
        assumeThat(dtype.equals("fp32") || HostProcessor.detect().hasBf16())
                .as("without bf16 units products are widened, which leaves holes in memory that are not foreseen")
                .isTrue();
        ForeseenPeak peak = new ForeseenPeak(folder);
        peak.writeModel(ForeseenPeak.QUICKSTART.resolve("model/config.json"), hidden, intermediate, layers);
        peak.assertWithinFifteenPercent(
                List.of("enable_activation_checkpointing=" + checkpointing, "dtype=" + dtype, "batch_size=" + batch));
    }

    @Test
    void theCommandSaysWhetherItFitsAndWhatWouldMakeItFit() throws IOException, InterruptedException {
        // The arguments of a run.
        Result fits = Tune.run(
                folder,
                "estimate",
                "lora_finetune_single_device",
                "--config",
                "llama3_2/1B_lora_single_device",
                "--memory",
                "24GB");
        assertThat(fits.exitCode()).isZero();
        assertThat(fits.output())
                .contains("base weights", "2.3 GiB", "optimizer state", "an optimizer step", "fits into");

        Result large = Tune.run(folder, "estimate", "--config", "llama3_1/8B_lora_single_device", "--memory", "12GB");
        assertThat(large.exitCode()).isEqualTo(4);
        assertThat(large.output()).contains("does not fit into", "model.quantize_base=True");

        Result fit =
                Tune.run(folder, "estimate", "--config", "llama3_1/8B_lora_single_device", "--memory", "12GB", "--fit");
        assertThat(fit.exitCode()).isZero();
        assertThat(fit.output().strip()).isEqualTo("model.quantize_base=True");

        Result hopeless = Tune.run(
                folder, "estimate", "--config", "llama3_3/70B_qlora_single_device", "--memory", "8GB", "--fit");
        assertThat(hopeless.exitCode()).isEqualTo(4);
        assertThat(hopeless.output()).contains("nothing that is known makes it fit");

        Result wrong = Tune.run(folder, "estimate", "--config", "quickstart", "--memory", "lots");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.output()).contains("expected a size such as 24GB");
    }
}
