// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.DataException;
import java.util.List;

/**
 * A problem of GSM8K (Cobbe et al. 2021), whose answer is reasoning and, after {@code ####}, a result. The prompt has the words of
 * DeepSeek-R1-Zero's template (Guo et al. 2025, table 1), as in torchtune's {@code dev/grpo/gsm8k.py}: the question is not
 * learned, reasoning and result are.
 */
record Gsm8kFormat() implements RecordFormat {
    private static final String RESULT = "#### ";
    private static final String QUESTION =
            "A conversation between User and Assistant. The user asks a question, and the Assistant solves it. The assistant"
                    + " first thinks about the reasoning process in the mind and then provides the user with the answer. The"
                    + " reasoning process and answer are enclosed within <think></think> and <answer></answer> tags,"
                    + " respectively, i.e., <think>reasoning process here</think> <answer>answer here</answer>. User: %s"
                    + " Assistant: ";
    private static final String ANSWER = "<think>%s</think> <answer>%s</answer>";

    static Gsm8kFormat read(ConfigReader options) {
        if (options.stringOrNull("partition") != null) {
            options.problem(
                    "partition",
                    "is for the processes of a distributed run; split takes a part of the records, such as train[:10%]");
        }
        return new Gsm8kFormat();
    }

    @Override
    public PromptForm promptForm() {
        return new PromptForm(false, QUESTION.formatted(PromptForm.QUESTION), null);
    }

    @Override
    public Content read(JsonNode record, String id) {
        String question = Fields.text(record, "question", id, "GSM8K has question and answer");
        String solution = Fields.text(record, "answer", id, "GSM8K has question and answer");
        int result = solution.indexOf(RESULT);
        if (result < 0 || solution.indexOf(RESULT, result + 1) >= 0) {
            throw new DataException("record " + id + ": field 'answer' must be reasoning and a result after one '"
                    + RESULT + "', found " + Fields.shortened(record.path("answer")));
        }
        String learned = ANSWER.formatted(solution.substring(0, result), solution.substring(result + RESULT.length()));
        return (tokenizer, name) -> List.of(tokenizer.encodeContinuation(name, QUESTION.formatted(question), learned));
    }
}
