// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.tensor.LeakDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EleutherEvalTest {
    private static final Path AGREEMENT =
            Path.of("src/test/resources/agreement").toAbsolutePath();

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private EvalRun run(String tasks) {
        return EvalRun.of(folder.resolve("out"), tasks).with("limit: 6");
    }

    private void assertRefused(EvalRun run, String... parts) {
        assertThatThrownBy(run::run).isInstanceOf(TuneException.class).hasMessageContainingAll(parts);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private String task(String name, String... lines) throws IOException {
        Path file = folder.resolve(name + ".yaml");
        Files.writeString(file, "task: " + name + "\n" + String.join("\n", lines) + "\n");
        return "[" + file + "]";
    }

    @Test
    void threeModelsStandSideBySide() throws IOException {
        EvalRun run = run("[agreement_choice, agreement_last]")
                .with(
                        "include_path: " + AGREEMENT,
                        "adapter_dir: " + AGREEMENT.resolve("adapter"),
                        "merged_dir: " + EvalRun.MODEL);
        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);

        JsonNode results = new ObjectMapper()
                .readTree(folder.resolve("out/evaluation.json").toFile())
                .path("results");
        JsonNode perplexity = results.path("agreement_last").path("perplexity");
        assertThat(perplexity.path("base"))
                .isEqualTo(perplexity.path("merged"))
                .isNotEqualTo(perplexity.path("adapter"));
        assertThat(perplexity.at("/base/n").asInt()).isEqualTo(6);
        assertThat(perplexity.at("/base/stderr").asDouble()).isPositive();
        assertThat(run.printed())
                .containsPattern("task +metric +n +base +adapter +merged")
                .containsPattern("agreement_choice +acc_norm +6 +\\d\\.\\d{4} ± \\d\\.\\d{4}");
    }

    /** Tasks that come along, on a record of the form that their data sets have. */
    @Test
    void bundledTasksReadTheirDataSets() throws IOException {
        Files.writeString(
                folder.resolve("arc.jsonl"),
                "{\"question\": \"What is hot?\", \"choices\": {\"text\": [\"Ice\", \"Fire\"], \"label\": [\"A\", \"B\"]},"
                        + " \"answerKey\": \"B\"}\n");
        Files.writeString(
                folder.resolve("hellaswag.jsonl"),
                "{\"activity_label\": \"Cooking\", \"ctx_a\": \"A man [x] cooks.\", \"ctx_b\": \"he\", \"endings\": [\"eats [title]"
                        + " it.\", \"isn't [y] \\\"here\\\".\"], \"label\": \"1\"}\n");
        Files.writeString(
                folder.resolve("piqa.jsonl"),
                "{\"goal\": \"Open a door\", \"sol1\": \"Push it.\", \"sol2\": \"Eat it.\", \"label\": 0}\n");
        Files.writeString(
                folder.resolve("winogrande.jsonl"),
                "{\"sentence\": \"Ann gave Bea a book because _ likes it.\", \"option1\": \"Ann\", \"option2\": \"Bea\","
                        + " \"answer\": \"2\"}\n");
        Files.writeString(
                folder.resolve("truthfulqa.jsonl"),
                "{\"question\": \"Is it true?\", \"mc2_targets\": {\"choices\": [\"Yes\", \"No\", \"Maybe\"], \"labels\": [1, 0, 1]}}\n");
        Files.writeString(
                folder.resolve("mmlu.jsonl"),
                "{\"question\": \" What is 1? \", \"choices\": [\"a\", \"b\", \"c\", \"d\"], \"answer\": 2}\n");
        Files.writeString(
                folder.resolve("gsm8k.jsonl"), "{\"question\": \"1 + 1?\", \"answer\": \"Two. #### 2\"}\n".repeat(2));
        EvalRun run = run("[arc_easy, arc_challenge, hellaswag, piqa, winogrande, truthfulqa_mc2, mmlu_anatomy, gsm8k]")
                .with(
                        "data: {arc_easy: " + folder.resolve("arc.jsonl") + ", arc_challenge: "
                                + folder.resolve("arc.jsonl") + ", hellaswag: " + folder.resolve("hellaswag.jsonl")
                                + ", piqa: " + folder.resolve("piqa.jsonl") + ", winogrande: "
                                + folder.resolve("winogrande.jsonl") + ", truthfulqa_mc2: "
                                + folder.resolve("truthfulqa.jsonl") + ", mmlu_anatomy: " + folder.resolve("mmlu.jsonl")
                                + ", gsm8k: " + folder.resolve("gsm8k.jsonl") + "}",
                        "num_fewshot: 0",
                        "max_seq_length: 64",
                        "log_samples: True");
        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(sample("arc_easy")).contains("[\"Question: What is hot?\\nAnswer:\",\" Fire\"]", "\"target\":[1]");
        assertThat(sample("hellaswag"))
                .contains(
                        "[\"Cooking: A man cooks. He\",\" eats. it.\"]",
                        "[\"Cooking: A man cooks. He\",\" isn't \\\"here\\\".\"]",
                        "\"target\":[1]");
        assertThat(sample("winogrande"))
                .contains("[\"Ann gave Bea a book because Bea\",\" likes it.\"]", "\"target\":[1]");
        assertThat(sample("truthfulqa_mc2"))
                .contains("\\n\\nQ: Is it true?\\nA:\",\" Maybe\"", "\"target\":[0,2]", "mc2");
        assertThat(sample("mmlu_anatomy"))
                .contains("about anatomy.\\n\\nWhat is 1?\\nA. a", "\" C\"", "\"target\":[2]");
        assertThat(sample("gsm8k")).contains("exact_match,strict-match", "exact_match,flexible-extract");
    }

    private String sample(String task) throws IOException {
        return Files.readAllLines(folder.resolve("out/samples_" + task + "_base.jsonl"))
                .get(0);
    }

    @Test
    void groupsHaveARowOfTheirOwn() throws IOException {
        Files.writeString(folder.resolve("group.yaml"), "group: both\ntask: [agreement_choice, agreement_gap]\n");
        EvalRun run = run("[both]").with("include_path: [" + AGREEMENT + ", " + folder + "]");
        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(run.printed()).containsPattern("both +acc +12 ");
    }

    @Test
    void whatIsWrongIsSaidBeforeAnythingIsLoaded() throws IOException {
        assertRefused(run("[arc_eazy]"), "no task 'arc_eazy'", "did you mean", "arc_easy");
        assertRefused(run("[]"), "tasks");
        assertRefused(run("[arc_easy]").with("limit: 0"), "limit");
        assertRefused(run("[arc_easy]").with("quantizer: {_component_: x}"), "quantizer", "quantize_base");
        assertRefused(run("[arc_easy]").with("no_such_key: 1"), "no_such_key");
        assertRefused(run("[arc_easy]").with("adapter_dir: /no/such/folder"), "adapter_dir", "adapter_config.json");
        assertRefused(run("[arc_easy]").with("data: {piqa: x.jsonl}"), "piqa", "not among the tasks");
        assertRefused(run(task("python", "doc_to_text: !function utils.text")), "python.yaml:2", "!function", "Jinja");
        assertRefused(
                run(task(
                        "bad",
                        "output_type: multiple_choice",
                        "dataset_path: json",
                        "doc_to_text: '{{ a'",
                        "other: 1")),
                "doc_to_text",
                "doc_to_choice: missing",
                "doc_to_target: missing",
                "other: unknown key");
    }

    @Test
    void aFieldThatARecordHasNotIsNamed() throws IOException {
        Files.writeString(folder.resolve("r.jsonl"), "{\"question\": \"q\", \"answer\": \"a\"}\n");
        assertRefused(
                run(task(
                        "field",
                        "output_type: loglikelihood",
                        "dataset_path: json",
                        "dataset_kwargs: {data_files: r.jsonl}",
                        "doc_to_text: '{{ queston }}'",
                        "doc_to_target: answer")),
                "queston",
                "question, answer");
    }

    @Test
    void itStopsWhenAsked() {
        EvalRun run = run("[agreement_choice]").with("include_path: " + AGREEMENT);
        assertThat(run.cancelled().run()).isEqualTo(Outcome.CANCELLED);
    }
}
