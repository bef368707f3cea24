// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrong inputs at the command line: a message that says what to do, the exit code of its blame, and nothing lost. */
class BadInputDistributionTest {
    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void copyModel() throws IOException {
        model = Files.createDirectory(folder.resolve("model"));
        try (Stream<Path> files = Files.list(Tune.HOME.resolve("configs/quickstart/model"))) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName().toString()));
            }
        }
    }

    private Tune.Result quickstart(String... overrides) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                "lora_finetune_single_device",
                "--config",
                "quickstart",
                "output_dir=" + folder.resolve("out"),
                "checkpointer.checkpoint_dir=" + model,
                "max_steps=1"));
        arguments.addAll(Arrays.asList(overrides));
        return Tune.run(folder, arguments.toArray(String[]::new));
    }

    private static void assertRefused(Tune.Result result, int exitCode, String... parts) {
        assertThat(result.output()).contains("error: ").contains(parts);
        assertThat(result.output()).as("no stack trace").doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(exitCode);
    }

    @Test
    void commandsAndConfigs() throws IOException, InterruptedException {
        assertRefused(Tune.run(folder, "rnu"), 2, "rnu");
        assertRefused(Tune.run(folder, "run", "lora_finetune_single_device"), 2, "--config");
        assertRefused(Tune.run(folder, "run", "lora", "--config", "quickstart"), 2, "there is no recipe 'lora'");
        assertRefused(
                Tune.run(folder, "run", "lora_finetune_single_device", "--config", "quickstrat"),
                2,
                "there is no config 'quickstrat'",
                "did you mean 'quickstart'?");
        assertThat(Tune.run(folder, "--help").output())
                .contains("tune run lora_finetune_single_device --config quickstart");
    }

    @Test
    void keysAndValues() throws IOException, InterruptedException {
        assertRefused(
                quickstart("modle.lora_rank=4", "batch_size=two", "optimizer._component_=AdamX", "~nothing"),
                2,
                "modle: unknown key (did you mean 'model'?)",
                "batch_size: expected an integer, found 'two'",
                "there is no optimizer 'AdamX' (did you mean 'AdamW'?)",
                "override 7: ~nothing: nothing: there is no such key to delete");
        assertRefused(quickstart("model._component_=lora_lama"), 2, "did you mean 'lora_llama'");
        assertRefused(quickstart("device=cuda"), 4, "cuda");
        assertThat(folder.resolve("out/adapter")).doesNotExist();
    }

    @Test
    void filesThatAreMissing() throws IOException, InterruptedException {
        assertRefused(
                quickstart("checkpointer.checkpoint_dir=/no/such/folder"), 3, "there is no folder /no/such/folder");
        assertRefused(quickstart("dataset.data_files=/no/such.json"), 3, "there is no file /no/such.json");
        Files.delete(model.resolve("model.safetensors"));
        assertRefused(quickstart(), 3, "model.safetensors", model.toString());
    }

    @Test
    void aTruncatedCheckpoint() throws IOException, InterruptedException {
        try (RandomAccessFile file =
                new RandomAccessFile(model.resolve("model.safetensors").toFile(), "rw")) {
            file.setLength(file.length() - 1000);
        }
        assertRefused(quickstart(), 3, "model.safetensors");
    }

    @Test
    void aCheckpointWithOverlappingTensors() throws IOException, InterruptedException {
        editHeader("\"data_offsets\":\\[(\\d+),(\\d+)\\]", "\"data_offsets\":[0,$2]");
        assertRefused(quickstart(), 3, "model.safetensors");
    }

    @Test
    void aCheckpointOfAnotherShape() throws IOException, InterruptedException {
        String config = Files.readString(model.resolve("config.json"));
        Files.writeString(
                model.resolve("config.json"),
                config.replace("\"intermediate_size\": 512", "\"intermediate_size\": 500"));
        assertRefused(
                quickstart(),
                3,
                "does not fit the model",
                "shape: model.layers.0.mlp.down_proj.weight is [192, 512], needed [192, 500]");
    }

    @Test
    void aPickledCheckpoint() throws IOException, InterruptedException {
        Files.move(model.resolve("model.safetensors"), model.resolve("pytorch_model.bin"));
        assertRefused(quickstart(), 3, "pytorch_model.bin", "code");
    }

    @Test
    void anOutputThatCannotBeWritten() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("out"), "precious");
        assertRefused(quickstart(), 2, "is a file, not a directory");
        assertThat(folder.resolve("out")).hasContent("precious");
    }

    /** Keeps the header's length by padding with blanks, as the format allows. */
    private void editHeader(String pattern, String replacement) throws IOException {
        Path path = model.resolve("model.safetensors");
        byte[] all = Files.readAllBytes(path);
        int length = (int) ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(all, 8, length, StandardCharsets.UTF_8);
        String edited = header.replaceAll(pattern, replacement);
        assertThat(edited).isNotEqualTo(header);
        byte[] bytes = (edited + " ".repeat(Math.max(0, length - edited.length()))).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, all, 8, length);
        Files.write(path, all);
    }
}
