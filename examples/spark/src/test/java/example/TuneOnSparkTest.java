// SPDX-License-Identifier: Apache-2.0
package example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two tasks of one process, {@code local[2]}, and the distribution that {@code -Dtune} names. */
class TuneOnSparkTest {
    private static final String TUNE = System.getProperty("tune");

    @TempDir
    Path folder;

    private JavaSparkContext spark;

    @BeforeEach
    void start() {
        SparkConf conf = new SparkConf()
                .setMaster("local[2]")
                .setAppName("test")
                .set("spark.ui.enabled", "false")
                .set("spark.log.level", "WARN")
                // A cluster gets ten minutes to have enough slots.
                .set("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
                .set("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "2");
        spark = new JavaSparkContext(TuneOnSpark.onlyOnce(conf));
    }

    @AfterEach
    void stop() {
        spark.stop();
    }

    private List<String> arguments(String name, String... overrides) {
        List<String> arguments = new ArrayList<>(List.of(
                "lora_finetune_distributed",
                "--config",
                "quickstart",
                "output_dir=" + folder.resolve(name),
                "~dataset_val",
                "~samples",
                "batch_size=1",
                "micro_batches_per_step=4",
                "num_threads=1",
                "dtype=fp32",
                "max_steps=5",
                "save_adapter_weights_only=True"));
        arguments.addAll(List.of(overrides));
        return arguments;
    }

    private byte[] adapter(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name).resolve("adapter/adapter_model.safetensors"));
    }

    @Test
    void theTasksTrainWhatOneProcessTrains() throws IOException, InterruptedException {
        TuneOnSpark.run(spark, 2, TUNE, arguments("spark"));
        List<String> alone = new ArrayList<>(List.of(TUNE, "run"));
        alone.addAll(arguments("alone"));
        assertThat(new ProcessBuilder(alone).inheritIO().start().waitFor()).isZero();
        assertThat(adapter("spark")).isEqualTo(adapter("alone"));
    }

    @Test
    void aWorkerThatFailsEndsTheJobWithItsLines() {
        assertThatThrownBy(() -> TuneOnSpark.run(spark, 2, TUNE, arguments("wrong", "batch_size=many")))
                .hasMessageContainingAll("ended with exit code 2", "batch_size: expected an integer, found 'many'");
        assertThat(folder.resolve("wrong")).doesNotExist();
    }

    @Test
    void moreWorkersThanSlotsAreRefused() {
        assertThatThrownBy(() -> TuneOnSpark.run(spark, 3, TUNE, arguments("many")))
                .hasMessageContaining("barrier");
    }
}
