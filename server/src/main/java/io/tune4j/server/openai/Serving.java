// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import io.tune4j.api.data.Tokenizer;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.server.http.ApiError;
import io.tune4j.server.metrics.Metrics;
import io.tune4j.server.model.ModelWorker;
import io.tune4j.server.model.ServedModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What endpoints ask.
 *
 * @param ends tokens that end an answer
 * @param positions the most tokens of a prompt with its answer
 * @param mostTokens the most tokens of an answer
 */
public record Serving(
        ServedModels models,
        ModelWorker worker,
        Tokenizer tokenizer,
        Set<Integer> ends,
        int positions,
        int mostTokens,
        Metrics metrics) {
    public Serving {
        ends = Set.copyOf(ends);
    }

    /** The number of a model by its name. */
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
     * Requests to the generator for one prompt.
     *
     * @param likeliest so many of the likeliest tokens are told at each place; -1 for no log-probabilities
     * @param endTokens tokens that end an answer
     */
    List<GenerationRequest> requests(Asked asked, int[] prompt, int adapter, int likeliest, Set<Integer> endTokens) {
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

    /** Fails if so many requests find no room in the queue. */
    void requireRoom(int requests) {
        if (!worker.hasRoomFor(requests)) {
            throw ApiError.busy("the queue is full; try again later");
        }
    }

    /** A token as a text of its own. */
    String text(int token) {
        String text = tokenizer.decode(new int[] {token});
        return text.isEmpty() ? tokenizer.spelling(token) : text;
    }
}
