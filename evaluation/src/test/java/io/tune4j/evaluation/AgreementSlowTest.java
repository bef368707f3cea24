// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.tensor.LeakDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same numbers as Python's {@code lm_eval} on the merged checkpoint in fp32: 200 questions, each choice's log-likelihood to 1e-4.
 * {@code agreement/make_reference.py} made the reference.
 */
@Tag("exhaustive")
class AgreementSlowTest {
    private static final Path FOLDER = Path.of("src/test/resources/agreement").toAbsolutePath();
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Answers are compared as whole texts. */
    private static final String ANSWER = "agreement_answer";

    @TempDir
    Path output;

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"plain, False, 8", "beginning, True, 64"})
    void numbersAreThoseOfTheHarness(String reference, String begins, int batchSize) throws IOException {
        JsonNode expected =
                JSON.readTree(FOLDER.resolve("expected.json").toFile()).path(reference);
        EvalRun run = EvalRun.of(
                        output,
                        "[agreement_choice, agreement_shots, agreement_gap, agreement_last, agreement_text, agreement_answer]")
                .with(
                        "include_path: " + FOLDER,
                        "adapter_dir: " + FOLDER.resolve("adapter"),
                        "add_bos_token: " + begins,
                        "batch_size: " + batchSize,
                        "log_samples: True");

        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);

        JsonNode results =
                JSON.readTree(output.resolve("evaluation.json").toFile()).path("results");
        for (Map.Entry<String, JsonNode> task : expected.properties()) {
            assertSamples(task.getKey(), task.getValue().path("responses"));
            for (Map.Entry<String, JsonNode> metric :
                    task.getValue().path("results").properties()) {
                String[] name = metric.getKey().split(",");
                String key = name[1].equals("none") ? name[0] : metric.getKey();
                double value = metric.getValue().asDouble();
                assertThat(results.path(task.getKey())
                                .path(key)
                                .path("adapter")
                                .path("value")
                                .asDouble())
                        .as(task.getKey() + " " + metric.getKey())
                        .isCloseTo(value, within(Math.max(1e-6, 1e-4 * Math.abs(value))));
            }
        }
        assertThat(run.printed()).contains("base", "adapter", "acc_norm", "±");
    }

    private void assertSamples(String task, JsonNode expected) throws IOException {
        List<String> lines = Files.readAllLines(output.resolve("samples_" + task + "_adapter.jsonl"));
        assertThat(lines).hasSize(expected.size());
        for (int i = 0; i < lines.size(); i++) {
            JsonNode sample = JSON.readTree(lines.get(i));
            if (task.equals(ANSWER)) {
                assertThat(sample.path("answer").asText())
                        .isEqualTo(expected.path(i).path(0).asText());
                continue;
            }
            JsonNode own = sample.path("responses");
            assertThat(own).hasSameSizeAs(expected.path(i));
            for (int choice = 0; choice < own.size(); choice++) {
                JsonNode theirs = expected.path(i).path(choice);
                JsonNode likelihood = theirs.isArray() ? theirs.path(0) : theirs;
                // A whole text sums up more than a thousand tokens.
                double tolerance = 1e-4 * Math.max(1, Math.abs(likelihood.asDouble()) / 300);
                assertThat(own.path(choice).path(0).asDouble())
                        .as("%s, question %d, choice %d", task, i, choice)
                        .isCloseTo(likelihood.asDouble(), within(tolerance));
                if (theirs.isArray()) {
                    assertThat(own.path(choice).path(1).asBoolean())
                            .isEqualTo(theirs.path(1).asBoolean());
                }
            }
        }
    }
}
