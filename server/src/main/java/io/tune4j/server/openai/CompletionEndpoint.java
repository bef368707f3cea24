// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import io.tune4j.generation.GeneratedToken;
import io.tune4j.generation.Generation;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.server.http.ApiError;
import io.tune4j.server.http.Call;
import io.tune4j.server.http.Endpoint;
import io.tune4j.server.model.PromptScorer.Place;
import io.tune4j.server.openai.CompletionRequest.Prompt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/completions}. */
public final class CompletionEndpoint implements Endpoint {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String OBJECT = "text_completion";

    private final Serving serving;

    public CompletionEndpoint(Serving serving) {
        this.serving = serving;
    }

    @Override
    public void answer(Call call) throws IOException {
        CompletionRequest request = CompletionRequest.read(call.body());
        CommonFields asked = request.common();
        int adapter = serving.adapter(asked.model());
        List<int[]> prompts = request.prompts().stream().map(this::tokens).toList();
        List<GenerationRequest> wanted = new ArrayList<>();
        // A client that asks for a prompt's log-probabilities and one more token expects that token, even an end token.
        Set<Integer> ends = request.scoresPrompt() ? Set.of() : serving.ends();
        prompts.forEach(prompt -> wanted.addAll(serving.requests(asked, prompt, adapter, request.likeliest(), ends)));
        if (asked.streams() && request.scoresPrompt()) {
            throw ApiError.invalid("stream", "'echo' with 'logprobs' is not supported in a stream");
        }
        serving.requireRoom(wanted.size());
        // Before the answers start, so that nothing runs for a client that disconnects during the scoring.
        Map<Integer, List<@Nullable Place>> scored = new HashMap<>();
        if (request.scoresPrompt()) {
            for (int i = 0; i < prompts.size(); i++) {
                scored.put(i, serving.worker().score(prompts.get(i), adapter, request.likeliest()));
            }
        }
        try (Answers answers = new Answers(serving, wanted)) {
            if (asked.streams()) {
                stream(call, request, prompts, answers);
                return;
            }
            WaitingBody.send(call, answers, finished -> {
                ObjectNode object = Replies.head(Replies.id("cmpl"), OBJECT, Replies.now(), asked.model());
                ArrayNode choices = object.putArray("choices");
                finished.forEach((index, generation) -> {
                    int prompt = index / asked.answers();
                    choices.add(choice(request, index, prompts.get(prompt), scored.get(prompt), generation));
                });
                object.set(
                        "usage",
                        Replies.usage(
                                prompts.stream().mapToInt(each -> each.length).sum(),
                                finished.values().stream()
                                        .mapToInt(each -> each.tokens().size())
                                        .sum()));
                return object;
            });
        }
    }

    private int[] tokens(Prompt prompt) {
        int[] tokens = prompt.tokens();
        if (tokens == null) {
            try {
                return serving.tokenizer()
                        .encodeText("prompt", String.valueOf(prompt.text()), false)
                        .tokens();
            } catch (DataException e) {
                throw ApiError.invalid("prompt", "a prompt has no tokens: " + e.getMessage());
            }
        }
        int size = serving.tokenizer().vocabularySize();
        for (int token : tokens) {
            if (token < 0 || token >= size) {
                throw ApiError.invalid("prompt", "there is no token " + token + "; tokens are from 0 to " + (size - 1));
            }
        }
        return tokens;
    }

    private ObjectNode choice(
            CompletionRequest request,
            int index,
            int[] prompt,
            @Nullable List<@Nullable Place> places,
            Generation generation) {
        String echoed = request.echoes() ? serving.tokenizer().decode(prompt) : "";
        ObjectNode choice = JSON.objectNode().put("index", index).put("text", echoed + generation.text());
        if (request.likeliest() < 0) {
            choice.putNull("logprobs");
        } else {
            TokenLog log = new TokenLog(serving);
            if (places != null) {
                for (int i = 0; i < prompt.length; i++) {
                    log.add(prompt[i], places.get(i));
                }
            }
            generation.tokens().forEach(log::add);
            choice.set("logprobs", log.json());
        }
        return choice.put("finish_reason", Answers.reason(generation));
    }

    private void stream(Call call, CompletionRequest request, List<int[]> prompts, Answers answers) throws IOException {
        CommonFields asked = request.common();
        String id = Replies.id("cmpl");
        long created = Replies.now();
        List<TokenLog> logs = new ArrayList<>();
        int generated = 0;
        try (Call.Parts parts = call.begin("text/event-stream")) {
            for (int i = 0; i < prompts.size() * asked.answers(); i++) {
                logs.add(new TokenLog(serving));
                if (request.echoes()) {
                    String echoed = serving.tokenizer().decode(prompts.get(i / asked.answers()));
                    EventStream.send(parts, chunk(id, created, asked, i, echoed, null, null));
                }
            }
            while (answers.isOpen()) {
                Answers.Event event = EventStream.next(answers, parts);
                if (event == null) {
                    return;
                }
                int index = event.answer();
                TokenLog log = logs.get(index);
                GeneratedToken token = event.token();
                Generation finished = event.finished();
                if (token != null) {
                    generated++;
                    log.add(token);
                } else if (event.text() != null) {
                    ObjectNode own = request.likeliest() < 0 ? null : log.take();
                    EventStream.send(parts, chunk(id, created, asked, index, event.text(), own, null));
                } else if (finished != null) {
                    ObjectNode own = request.likeliest() < 0 ? null : log.take();
                    EventStream.send(parts, chunk(id, created, asked, index, "", own, Answers.reason(finished)));
                }
            }
            if (asked.usage()) {
                ObjectNode object = Replies.head(id, OBJECT, created, asked.model());
                object.putArray("choices");
                object.set(
                        "usage",
                        Replies.usage(
                                prompts.stream().mapToInt(each -> each.length).sum(), generated));
                EventStream.send(parts, object);
            }
            EventStream.end(parts);
        }
    }

    private static ObjectNode chunk(
            String id,
            long created,
            CommonFields asked,
            int index,
            String text,
            @Nullable ObjectNode logprobs,
            @Nullable String reason) {
        ObjectNode object = Replies.head(id, OBJECT, created, asked.model());
        ObjectNode choice =
                object.putArray("choices").addObject().put("index", index).put("text", text);
        choice.set("logprobs", logprobs);
        choice.put("finish_reason", reason);
        return object;
    }
}
