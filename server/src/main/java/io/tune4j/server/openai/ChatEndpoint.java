// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import io.tune4j.generation.GeneratedToken;
import io.tune4j.generation.Generation;
import io.tune4j.server.http.ApiError;
import io.tune4j.server.http.Call;
import io.tune4j.server.http.Endpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/chat/completions}. */
public final class ChatEndpoint implements Endpoint {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String CHUNK = "chat.completion.chunk";

    private final Serving serving;

    public ChatEndpoint(Serving serving) {
        this.serving = serving;
    }

    @Override
    public void answer(Call call) throws IOException {
        ChatRequest request = ChatRequest.read(call.body());
        CommonFields asked = request.common();
        int adapter = serving.adapter(asked.model());
        int[] prompt = prompt(request, adapter);
        try (Answers answers =
                new Answers(serving, serving.requests(asked, prompt, adapter, request.likeliest(), serving.ends()))) {
            if (asked.streams()) {
                stream(call, request, prompt.length, answers);
            } else {
                WaitingBody.send(call, answers, finished -> {
                    ObjectNode object =
                            Replies.head(Replies.id("chatcmpl"), "chat.completion", Replies.now(), asked.model());
                    ArrayNode choices = object.putArray("choices");
                    finished.forEach((index, generation) -> choices.add(choice(index, generation, request)));
                    object.set(
                            "usage",
                            Replies.usage(
                                    prompt.length,
                                    finished.values().stream()
                                            .mapToInt(each -> each.tokens().size())
                                            .sum()));
                    return object;
                });
            }
        }
    }

    private int[] prompt(ChatRequest request, int adapter) {
        try {
            return serving.prompts().encode(request.messages(), adapter);
        } catch (DataException e) {
            // The chat template refuses the conversation.
            throw ApiError.invalid("messages", String.valueOf(e.getMessage()));
        }
    }

    private ObjectNode choice(int index, Generation generation, ChatRequest request) {
        ObjectNode choice = JSON.objectNode().put("index", index);
        choice.putObject("message")
                .put("role", "assistant")
                .put("content", generation.text())
                .putNull("refusal");
        choice.set("logprobs", request.likeliest() < 0 ? null : logprobs(generation.tokens()));
        return choice.put("finish_reason", Answers.reason(generation));
    }

    private void stream(Call call, ChatRequest request, int promptTokens, Answers answers) throws IOException {
        CommonFields asked = request.common();
        String id = Replies.id("chatcmpl");
        long created = Replies.now();
        List<List<GeneratedToken>> pending = new ArrayList<>();
        int generated = 0;
        try (Call.Parts parts = call.begin("text/event-stream")) {
            for (int i = 0; i < asked.answers(); i++) {
                pending.add(new ArrayList<>());
                ObjectNode delta = JSON.objectNode().put("role", "assistant").put("content", "");
                EventStream.send(parts, chunk(id, created, asked, i, delta, null, null));
            }
            while (answers.isOpen()) {
                Answers.Event event = EventStream.next(answers, parts);
                if (event == null) {
                    return;
                }
                List<GeneratedToken> own = pending.get(event.answer());
                Generation finished = event.finished();
                if (event.token() != null) {
                    generated++;
                    if (request.likeliest() >= 0) {
                        own.add(event.token());
                    }
                } else if (event.text() != null) {
                    ObjectNode delta = JSON.objectNode().put("content", event.text());
                    EventStream.send(parts, chunk(id, created, asked, event.answer(), delta, own, null));
                    own.clear();
                } else if (finished != null) {
                    EventStream.send(
                            parts,
                            chunk(
                                    id,
                                    created,
                                    asked,
                                    event.answer(),
                                    JSON.objectNode(),
                                    own,
                                    Answers.reason(finished)));
                }
            }
            if (asked.usage()) {
                ObjectNode object = Replies.head(id, CHUNK, created, asked.model());
                object.putArray("choices");
                object.set("usage", Replies.usage(promptTokens, generated));
                EventStream.send(parts, object);
            }
            EventStream.end(parts);
        }
    }

    private ObjectNode chunk(
            String id,
            long created,
            CommonFields asked,
            int index,
            ObjectNode delta,
            @Nullable List<GeneratedToken> tokens,
            @Nullable String reason) {
        ObjectNode object = Replies.head(id, CHUNK, created, asked.model());
        ObjectNode choice = object.putArray("choices").addObject().put("index", index);
        choice.set("delta", delta);
        choice.set("logprobs", tokens == null || tokens.isEmpty() ? null : logprobs(tokens));
        choice.put("finish_reason", reason);
        return object;
    }

    private ObjectNode logprobs(List<GeneratedToken> tokens) {
        ObjectNode node = JSON.objectNode();
        ArrayNode content = node.putArray("content");
        for (GeneratedToken token : tokens) {
            ObjectNode own = logprob(token.id(), token.logProbability());
            ArrayNode top = own.putArray("top_logprobs");
            token.likeliest().forEach(each -> top.add(logprob(each.id(), each.logProbability())));
            content.add(own);
        }
        node.putNull("refusal");
        return node;
    }

    private ObjectNode logprob(int id, double logProbability) {
        String text = serving.text(id);
        ObjectNode node = JSON.objectNode().put("token", text).put("logprob", logProbability);
        ArrayNode bytes = node.putArray("bytes");
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(each & 0xff);
        }
        return node;
    }
}
