// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * EleutherAI's harness asks the server by {@code local-completions}, unchanged: its log-likelihoods are those that it computes itself.
 * {@code -Dtune4j.lm_eval=PATH} names the program; without it nothing is tried.
 */
class HarnessClientSlowTest {
    private static final Path AGREEMENT = Path.of("../evaluation/src/test/resources/agreement")
            .toAbsolutePath()
            .normalize();
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void itsNumbersAreTheSame() throws IOException, InterruptedException {
        String program = System.getProperty("tune4j.lm_eval", "");
        assumeThat(program).isNotEmpty();
        try (ServedModel served = ServedModel.start()) {
            String arguments = "model=tuned,base_url=" + served.url() + "/completions,tokenizer="
                    + ServedModel.MODEL.toAbsolutePath().normalize() + ",num_concurrent=2,max_retries=1";
            Process harness = new ProcessBuilder(List.of(
                            program,
                            "--model",
                            "local-completions",
                            "--model_args",
                            arguments,
                            "--tasks",
                            "agreement_choice",
                            "--include_path",
                            AGREEMENT.toString(),
                            "--output_path",
                            folder.toString(),
                            "--log_samples"))
                    .directory(AGREEMENT.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            assertThat(harness.waitFor())
                    .as(Files.readString(folder.resolve("log")))
                    .isZero();
        }
        JsonNode expected =
                JSON.readTree(AGREEMENT.resolve("expected.json").toFile()).at("/plain/agreement_choice/responses");
        List<String> lines;
        try (Stream<Path> files = Files.walk(folder)) {
            lines = Files.readAllLines(files.filter(file -> file.toString().contains("samples_agreement_choice"))
                    .findFirst()
                    .orElseThrow());
        }
        assertThat(lines).hasSize(expected.size());
        for (String line : lines) {
            JsonNode sample = JSON.readTree(line);
            JsonNode responses = sample.path("resps");
            JsonNode own = expected.path(sample.path("doc_id").asInt());
            for (int choice = 0; choice < own.size(); choice++) {
                JsonNode response = responses.path(choice).path(0);
                assertThat(response.path(0).asDouble())
                        .isCloseTo(own.path(choice).path(0).asDouble(), within(1e-4));
                assertThat(response.path(1).asBoolean())
                        .isEqualTo(own.path(choice).path(1).asBoolean());
            }
        }
    }
}
