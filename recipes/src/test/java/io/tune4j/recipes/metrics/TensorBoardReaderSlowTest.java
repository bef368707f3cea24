// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The event files and TensorBoard's own reader, where it is installed: {@code pip install tensorboard}, for {@code python3} on the PATH or
 * for {@code -Dtensorboard.python=}.
 */
@Timeout(120)
class TensorBoardReaderSlowTest {
    private static final String PYTHON = System.getProperty("tensorboard.python", "python3");
    private static final String READER = """
            import json, sys
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
            events.Reload()
            tags = events.Tags()
            print(json.dumps({
                "scalars": {tag: [[each.step, each.value] for each in events.Scalars(tag)] for tag in tags["scalars"]},
                "texts": {tag: events.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in tags["tensors"]}}))
            """;

    @TempDir
    private Path folder;

    private static String python(String program, String... arguments) throws IOException, InterruptedException {
        String[] command = new String[3 + arguments.length];
        command[0] = PYTHON;
        command[1] = "-c";
        command[2] = program;
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? output : "";
    }

    private static boolean hasTensorBoard() throws InterruptedException {
        try {
            return !python("import tensorboard; print(tensorboard.__version__)").isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void givesBackEveryValueOfARunThatWasResumed() throws Exception {
        assumeTrue(hasTensorBoard(), "no TensorBoard here: pip install tensorboard");
        try (TensorBoardLogger logger = new TensorBoardLogger(folder, false, 0)) {
            logger.logConfig("seed: 1");
            for (int step = 1; step <= 1500; step++) {
                logger.log(step, Map.of("loss", 5.0 / step, "lr", step * 1e-6));
            }
            logger.log(1501, Map.of("loss", -1.0));
        }
        // The name of a file has the time in it.
        Thread.sleep(5);
        try (TensorBoardLogger resumed = new TensorBoardLogger(folder, false, 1500)) {
            resumed.log(1501, Map.of("loss", 5.0 / 1501));
        }

        JsonNode read = new ObjectMapper().readTree(python(READER, folder.toString()));
        assertThat(read.at("/texts/config").asText()).contains("seed: 1");
        JsonNode losses = read.at("/scalars/loss");
        assertThat(losses).hasSize(1501);
        for (int step = 1; step <= 1501; step++) {
            assertThat(losses.path(step - 1).path(0).asInt()).isEqualTo(step);
            // TensorBoard keeps 32 bits.
            assertThat(losses.path(step - 1).path(1).floatValue()).isEqualTo((float) (5.0 / step));
        }
        JsonNode rates = read.at("/scalars/lr");
        assertThat(rates).hasSize(1500);
        assertThat(rates.path(1499).path(1).floatValue()).isEqualTo((float) (1500 * 1e-6));
    }
}
