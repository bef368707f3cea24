// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.proof;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A running {@code llama-server} of llama.cpp, asked for greedy answers by token ids, so that its template has no part in them. */
public final class LlamaServer {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final URI address;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    /** @throws UserException if the text is no address such as {@code http://127.0.0.1:8080} */
    public LlamaServer(String address) {
        try {
            this.address = URI.create(address.replaceFirst("/+$", "") + "/completion");
        } catch (IllegalArgumentException e) {
            throw new UserException("'" + address + "' is no address such as http://127.0.0.1:8080", e);
        }
        if (this.address.getHost() == null) {
            throw new UserException("'" + address + "' is no address such as http://127.0.0.1:8080");
        }
    }

    /**
     * The tokens of a greedy answer, without an end token.
     *
     * @throws ResourceException if the server does not answer so
     */
    List<Integer> answer(List<Integer> prompt, int mostTokens) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode ids = body.putArray("prompt");
        prompt.forEach(ids::add);
        body.put("n_predict", mostTokens)
                .put("temperature", 0)
                .put("return_tokens", true)
                .put("cache_prompt", false);
        try {
            HttpResponse<byte[]> response = client.send(
                    HttpRequest.newBuilder(address)
                            .timeout(LIMIT)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            JsonNode tokens = response.statusCode() == 200
                    ? JsonFiles.read(response.body()).path("tokens")
                    : JsonNodeFactory.instance.missingNode();
            if (!tokens.isArray()) {
                throw new ResourceException(address + " gave answer " + response.statusCode()
                        + " without tokens; it should be llama.cpp's llama-server, with the exported file loaded");
            }
            List<Integer> answer = new ArrayList<>();
            tokens.forEach(token -> answer.add(token.asInt()));
            return answer;
        } catch (IOException e) {
            throw new ResourceException(
                    "no answer from " + address + ": " + e.getClass().getSimpleName()
                            + "; start llama-server -m FILE there",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResourceException("the proof was interrupted", e);
        }
    }

    /**
     * Compares the answers of the trained model with the server's.
     *
     * @param tokens spells tokens
     */
    public Proof compare(List<Proof.Answers> before, Spelling tokens, int mostTokens) {
        List<String> lines = new ArrayList<>();
        int equal = 0;
        for (Proof.Answers each : before) {
            List<Integer> own = new ArrayList<>();
            each.answer().steps().forEach(step -> own.add(step.token()));
            if (!own.isEmpty() && tokens.isEnd(own.get(own.size() - 1))) {
                own.remove(own.size() - 1);
            }
            List<Integer> theirs = answer(each.answer().prompt(), mostTokens);
            theirs.removeIf(tokens::isEnd);
            int same = 0;
            while (same < Math.min(own.size(), theirs.size()) && own.get(same).equals(theirs.get(same))) {
                same++;
            }
            if (same == own.size() && same == theirs.size()) {
                equal++;
            } else {
                lines.add("differs      '" + Proof.shortened(each.prompt()) + "': token " + (same + 1) + " is "
                        + spelled(own, same, tokens) + " in training and " + spelled(theirs, same, tokens)
                        + " in llama.cpp");
            }
        }
        lines.add(0, equal + " of " + before.size() + " answers of llama.cpp equal");
        return new Proof(lines, equal, before.size());
    }

    private static String spelled(List<Integer> answer, int index, Spelling tokens) {
        return index < answer.size() ? tokens.spelling(answer.get(index)) : "the end";
    }
}
