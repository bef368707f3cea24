// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.LeakDetector;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CHAT = "/v1/chat/completions";
    private static final String COMPLETIONS = "/v1/completions";
    private static final String HELLO =
            "\"messages\": [{\"role\": \"user\", \"content\": \"What is the opposite of love?\"}]";

    private static ServedModel served;

    @BeforeAll
    static void start() throws InterruptedException {
        served = ServedModel.start("max_body_bytes: 100000", "max_tokens_limit: 64");
    }

    @AfterAll
    static void stop() {
        served.close();
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private static JsonNode ok(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static JsonNode chat(String model, String more) throws IOException, InterruptedException {
        return ok(served.post(
                CHAT, "{\"model\": \"" + model + "\", \"temperature\": 0, \"max_tokens\": 12, " + more + "}"));
    }

    private static String text(String model, String prompt) throws IOException, InterruptedException {
        return ok(served.post(
                        COMPLETIONS,
                        "{\"model\": \"" + model + "\", \"temperature\": 0, \"max_tokens\": 12, \"prompt\": \"" + prompt
                                + "\"}"))
                .at("/choices/0/text")
                .asText();
    }

    @Test
    void modelsAreTheBaseAndItsAdapters() throws IOException, InterruptedException {
        JsonNode models = ok(served.get("/v1/models"));
        assertThat(models.findValuesAsText("id")).containsExactly("base", "tuned");
        assertThat(models.at("/data/1/parent").asText()).isEqualTo("base");
    }

    @Test
    void aConversationIsAnswered() throws IOException, InterruptedException {
        JsonNode answer = chat("base", HELLO);
        assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
        assertThat(answer.at("/choices/0/message/role").asText()).isEqualTo("assistant");
        assertThat(answer.at("/choices/0/message/content").asText()).isNotBlank();
        assertThat(answer.at("/choices/0/finish_reason").asText()).isIn("stop", "length");
        assertThat(answer.at("/usage/total_tokens").asInt())
                .isEqualTo(answer.at("/usage/prompt_tokens").asInt()
                        + answer.at("/usage/completion_tokens").asInt());
        assertThat(chat("tuned", HELLO).at("/choices/0/message/content"))
                .isNotEqualTo(answer.at("/choices/0/message/content"));
    }

    @Test
    void aStreamSaysTheSame() throws IOException, InterruptedException {
        String whole = chat("base", HELLO).at("/choices/0/message/content").asText();
        HttpResponse<String> stream = served.post(
                CHAT,
                "{\"model\": \"base\", \"temperature\": 0, \"max_tokens\": 12, \"stream\": true,"
                        + " \"stream_options\": {\"include_usage\": true}, " + HELLO + "}");
        assertThat(stream.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        StringBuilder text = new StringBuilder();
        List<String> lines =
                stream.body().lines().filter(line -> line.startsWith("data: {")).toList();
        for (String line : lines) {
            text.append(JSON.readTree(line.substring(6))
                    .at("/choices/0/delta/content")
                    .asText(""));
        }
        assertThat(text.toString()).isEqualTo(whole);
        assertThat(JSON.readTree(lines.get(lines.size() - 1).substring(6))
                        .at("/usage/completion_tokens")
                        .asInt())
                .isPositive();
        assertThat(stream.body().strip()).endsWith("data: [DONE]");
    }

    /** What lm_eval's local-completions asks: the prompt's own log-probabilities. */
    @Test
    void echoTellsTheLogProbabilitiesOfThePrompt() throws IOException, InterruptedException {
        JsonNode answer = ok(served.post(
                COMPLETIONS,
                "{\"model\": \"tuned\", \"prompt\": [[0, 12, 25, 300], [0, 12, 25]], \"max_tokens\": 1, \"logprobs\": 1, \"echo\": true,"
                        + " \"temperature\": 0, \"seed\": 1234}"));
        JsonNode first = answer.at("/choices/0/logprobs");
        assertThat(first.path("tokens")).hasSize(5);
        assertThat(first.at("/token_logprobs/0").isNull()).isTrue();
        for (int i = 1; i < 5; i++) {
            double own = first.path("token_logprobs").path(i).asDouble();
            double best = first.path("top_logprobs").path(i).elements().next().asDouble();
            assertThat(own).isNegative().isLessThanOrEqualTo(best);
        }
        assertThat(first.at("/token_logprobs/4").asDouble())
                .as("the generated token is the likeliest")
                .isEqualTo(first.at("/top_logprobs/4").elements().next().asDouble());
        assertThat(answer.at("/choices/1/logprobs/token_logprobs/2").asDouble())
                .isCloseTo(first.at("/token_logprobs/2").asDouble(), within(1e-4));
    }

    @Test
    void requestsOfDifferentAdaptersTogetherAreAnsweredAsAlone() throws IOException, InterruptedException {
        List<String> prompts = List.of("The sun is", "A rabbit", "Could you please", "Turn the", "The opposite of");
        List<String> alone = new ArrayList<>();
        for (String prompt : prompts) {
            alone.add(text("base", prompt));
            alone.add(text("tuned", prompt));
        }
        List<CompletableFuture<String>> together = new ArrayList<>();
        for (String prompt : prompts) {
            for (String model : List.of("base", "tuned")) {
                together.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        return text(model, prompt);
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }));
            }
        }
        assertThat(together.stream().map(CompletableFuture::join)).containsExactlyElementsOf(alone);
    }

    @Test
    void severalAnswersStopStringsAndSeeds() throws IOException, InterruptedException {
        String more = "\"n\": 3, \"seed\": 7, \"temperature\": 1.5, \"logprobs\": true, \"top_logprobs\": 2, " + HELLO;
        String body = "{\"model\": \"base\", \"max_tokens\": 8, " + more + "}";
        JsonNode answer = ok(served.post(CHAT, body));
        assertThat(answer.path("choices")).hasSize(3);
        assertThat(answer.at("/choices/0/logprobs/content/0/top_logprobs")).hasSize(2);
        JsonNode again = ok(served.post(CHAT, body));
        assertThat(again.findValuesAsText("content")).isEqualTo(answer.findValuesAsText("content"));
        // How many rows share a product depends on what else is asked, and with it the last bits of a sum.
        for (int choice = 0; choice < 3; choice++) {
            JsonNode tokens = answer.at("/choices/" + choice + "/logprobs/content");
            for (int i = 0; i < tokens.size(); i++) {
                assertThat(again.at("/choices/" + choice + "/logprobs/content/" + i + "/logprob")
                                .asDouble())
                        .isCloseTo(tokens.path(i).path("logprob").asDouble(), within(1e-4));
            }
        }
        String whole = text("base", "The opposite of");
        String stop = whole.strip().split(" ")[1];
        String stopped = ok(served.post(
                        COMPLETIONS,
                        "{\"model\": \"base\", \"temperature\": 0, \"max_tokens\": 12, \"prompt\": \"The opposite of\","
                                + " \"stop\": [\"" + stop + "\"]}"))
                .at("/choices/0/text")
                .asText();
        assertThat(whole).startsWith(stopped + stop);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '|',
            value = {
                CHAT + ";{\"model\":;400;not valid JSON",
                CHAT + ";[1];400;JSON object",
                CHAT + ";{};400;'model' must be a text",
                CHAT + ";{\"model\": \"base\"};400;messages",
                CHAT
                        + ";{\"model\": \"nobody\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]};404;model_not_found",
                CHAT + ";{\"model\": \"base\", \"mesages\": []};400;unknown_parameter",
                CHAT
                        + ";{\"model\": \"base\", \"messages\": [{\"role\": \"wizard\", \"content\": \"a\"}]};400;messages[0].role",
                CHAT + ";{\"model\": \"base\", \"messages\": [{\"role\": \"user\"}]};400;messages[0].content",
                CHAT
                        + ";{\"model\": \"base\", \"temperature\": 9, \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]};400;from 0",
                CHAT
                        + ";{\"model\": \"base\", \"max_tokens\": 65, \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]};400;limit of 64",
                CHAT
                        + ";{\"model\": \"base\", \"tools\": [{}], \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]};400;tools",
                COMPLETIONS + ";{\"model\": \"base\", \"prompt\": [99999]};400;no token 99999",
                COMPLETIONS + ";{\"model\": \"base\", \"prompt\": []};400;prompt",
                COMPLETIONS + ";{\"model\": \"base\", \"prompt\": \"a\", \"n\": 1.5};400;'n' must be an integer",
                COMPLETIONS + ";;400;empty",
                "/v1/embeddings;{};404;unknown_url",
                "/v1/models;{};405;method_not_allowed"
            })
    void mistakesAreToldInTheProtocolsForm(String path, String body, int status, String part)
            throws IOException, InterruptedException {
        HttpResponse<String> response = served.post(path, body == null ? "" : body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode error = JSON.readTree(response.body()).path("error");
        assertThat(error.path("message").asText()).isNotBlank().doesNotContain("Exception", "io.tune4j");
        assertThat(error.has("type") && error.has("param") && error.has("code")).isTrue();
        assertThat(error.toString().replace("\\\"", "\"")).contains(part);
    }

    @Test
    void whatIsTooLongIsRefused() throws IOException, InterruptedException {
        HttpResponse<String> context = served.post(
                CHAT,
                "{\"model\": \"base\", \"messages\": [{\"role\": \"user\", \"content\": \"" + "word ".repeat(600)
                        + "\"}]}");
        assertThat(context.statusCode()).isEqualTo(400);
        assertThat(context.body()).contains("context_length_exceeded", "512");
        HttpResponse<String> body = served.post(CHAT, "x".repeat(2_000_000));
        assertThat(body.statusCode()).isEqualTo(413);
        assertThat(body.body()).contains("body_too_large");
        HttpResponse<String> deep = served.post(CHAT, "[".repeat(50_000));
        assertThat(deep.statusCode()).isEqualTo(400);
    }

    @Test
    void pagesOfOtherSitesAreRefused() throws IOException, InterruptedException {
        assertThat(served.get("/v1/models", "Origin", "http://evil.example").statusCode())
                .isEqualTo(403);
        try (Socket socket = new Socket("127.0.0.1", served.port())) {
            socket.getOutputStream()
                    .write("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void healthPageAndMetricsAreThere() throws IOException, InterruptedException {
        chat("base", HELLO);
        assertThat(served.get("/health").body()).contains("ok");
        assertThat(served.get("/").body()).contains("<title>Tune4J</title>");
        assertThat(served.get("/metrics").body())
                .containsPattern("tune4j_requests_total\\{path=\"/v1/chat/completions\",status=\"200\"} [1-9]")
                .containsPattern("tune4j_generated_tokens_total [1-9]")
                .contains("tune4j_running_requests ", "tune4j_cache_bytes ");
    }

    @Test
    void aKeyIsAskedFor() throws IOException, InterruptedException {
        try (ServedModel locked = ServedModel.start("api_key: secret")) {
            assertThat(locked.get("/v1/models").statusCode()).isEqualTo(401);
            assertThat(locked.get("/v1/models", "Authorization", "Bearer wrong").body())
                    .contains("invalid_api_key");
            assertThat(locked.get("/v1/models", "Authorization", "Bearer secret")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(locked.get("/health").statusCode()).isEqualTo(200);
            assertThat(locked.printed()).doesNotContain("secret");
        }
    }

    /** One place alone, whose client leaves: the next request gets it. */
    @Test
    void aClientThatHangsUpFreesItsPlace() throws IOException, InterruptedException {
        try (ServedModel one = ServedModel.start("max_parallel: 1", "max_queue: 1")) {
            for (String stream : List.of("true", "false")) {
                String body = "{\"model\": \"base\", \"prompt\": \"a\", \"max_tokens\": 500, \"n\": 1, \"stream\": "
                        + stream + ", \"stop\": [], \"temperature\": 2}";
                Socket socket = new Socket("127.0.0.1", one.port());
                socket.getOutputStream()
                        .write(("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                                        + "\r\n\r\n" + body)
                                .getBytes(StandardCharsets.US_ASCII));
                Thread.sleep(100);
                socket.setSoLinger(true, 0);
                socket.close();
                HttpResponse<String> next = one.post(
                        "/v1/completions",
                        "{\"model\": \"base\", \"prompt\": \"a\", \"max_tokens\": 2, \"temperature\": 0}");
                assertThat(next.statusCode()).as(next.body()).isEqualTo(200);
            }
            assertThat(one.get("/metrics").body()).containsPattern("tune4j_cancelled_requests_total [1-9]");
        }
    }

    @Test
    void aFullQueueIsToldAtOnce() throws IOException, InterruptedException {
        try (ServedModel small = ServedModel.start("max_parallel: 1", "max_queue: 2")) {
            HttpResponse<String> response = small.post(
                    "/v1/completions",
                    "{\"model\": \"base\", \"prompt\": [\"a\", \"b\", \"c\", \"d\", \"e\"], \"max_tokens\": 1}");
            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(response.body()).contains("queue_full");
        }
    }

    @Test
    void answersUnderWayAreFinishedWhenItEnds() throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<String>> under;
        try (ServedModel ending = ServedModel.start()) {
            under = CompletableFuture.supplyAsync(() -> {
                try {
                    return ending.post(
                            "/v1/completions",
                            "{\"model\": \"base\", \"prompt\": \"a\", \"max_tokens\": 40, \"temperature\": 0}");
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            Thread.sleep(50);
            ending.askToStop();
            assertThat(under.join().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whatIsWrongIsSaidFirst() {
        assertThatThrownBy(
                        () -> ServedModel.trial("adapters: {tuned: /no/such}").run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("adapter_config.json");
        assertThatThrownBy(() -> ServedModel.trial("model_name: tuned").run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("model_name");
        assertThatThrownBy(() -> ServedModel.trial(
                                "model: {_component_: lora_llama, lora_attn_modules: [q_proj]}", "prot: 1")
                        .run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("PEFT method")
                .hasMessageContaining("prot");
    }
}
