// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import io.tune4j.api.data.Tokenizer;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.generation.Prompts;
import io.tune4j.server.http.ApiError;
import io.tune4j.server.metrics.Metrics;
import io.tune4j.server.model.ModelWorker;
import io.tune4j.server.model.ServedModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parts that endpoints use.
 *
 * @param prompts the tokenizer, and the prompt forms of base and adapters
 * @param ends tokens that end an answer
 * @param positions the most tokens of a prompt with its answer
 * @param mostTokens the most tokens of an answer
 */
public record Serving(
        ServedModels models,
        ModelWorker worker,
        Prompts prompts,
        Set<Integer> ends,
        int positions,
        int mostTokens,
        Metrics metrics) {
    public Serving {
        ends = Set.copyOf(ends);
    }

    Tokenizer tokenizer() {
        return prompts.tokenizer();
    }

    /** The number in {@code AdapterRows} of the model with a name. */
    int adapter(String name) {
        Integer number = models.number(name);
        if (number == null) {
            throw ApiError.invalid(
                    404,
                    "model",
                    "model_not_found",
                    "there is no model '" + name + "'; there are " + String.join(", ", models.names()));
        }
        return number;
    }

    /**
     * The generator's requests for one prompt.
     *
     * @param likeliest how many of the likeliest tokens are reported at each position; -1 for no log-probabilities
     * @param endTokens tokens that end an answer
     */
    List<GenerationRequest> requests(
            CommonFields asked, int[] prompt, int adapter, int likeliest, Set<Integer> endTokens) {
        int left = positions - prompt.length;
        int most = most(asked.maxTokens(), left);
        if (left < 0 || left == 0 && most > 0 || left == 0 && asked.maxTokens() == null) {
            throw ApiError.invalid(
                    400,
                    null,
                    "context_length_exceeded",
                    "the prompt has " + prompt.length + " tokens, but prompt and answer together may have " + positions
                            + "; shorten it");
        }
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < asked.answers(); i++) {
            requests.add(new GenerationRequest(
                    prompt,
                    adapter,
                    most,
                    asked.sampling().withSeed(asked.sampling().seed() + i),
                    endTokens,
                    asked.stops(),
                    likeliest));
        }
        return requests;
    }

    private int most(@Nullable Integer asked, int left) {
        if (asked != null && asked > mostTokens) {
            throw ApiError.invalid(
                    "max_tokens", "'max_tokens' is " + asked + ", above the server's limit of " + mostTokens);
        }
        return Math.max(0, Math.min(left, asked == null ? mostTokens : asked));
    }

    /** Fails if the queue has no room for so many requests. */
    void requireRoom(int requests) {
        if (!worker.hasRoomFor(requests)) {
            throw ApiError.busy("the queue is full; try again later");
        }
    }

    /** The text of a single token. */
    String text(int token) {
        String text = tokenizer().decode(new int[] {token});
        return text.isEmpty() ? tokenizer().spelling(token) : text;
    }
}
