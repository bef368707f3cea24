// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.api.OpenAiApi;

/** Clients of others, as their documentation uses them. */
class ClientsTest {
    private static final String QUESTION = "What is the opposite of love?";

    private static ServedModel served;

    @BeforeAll
    static void start() throws InterruptedException {
        served = ServedModel.start("api_key: secret");
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    private static ChatCompletionCreateParams.Builder question(String model) {
        return ChatCompletionCreateParams.builder()
                .model(model)
                .addSystemMessage("Answer briefly.")
                .addUserMessage(QUESTION)
                .maxCompletionTokens(8)
                .temperature(0);
    }

    @Test
    void openAisOwnLibrary() {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(served.url())
                .apiKey("secret")
                .build();
        String answer = client.chat()
                .completions()
                .create(question("tuned").build())
                .choices()
                .get(0)
                .message()
                .content()
                .orElseThrow();
        assertThat(answer).isNotBlank();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(question("tuned").build())) {
            assertThat(stream.stream()
                            .flatMap(chunk -> chunk.choices().stream())
                            .flatMap(choice -> choice.delta().content().stream())
                            .collect(Collectors.joining()))
                    .isEqualTo(answer);
        }
        assertThat(client.models().list().data()).extracting(each -> each.id()).contains("base", "tuned");
        assertThatThrownBy(() ->
                        client.chat().completions().create(question("nobody").build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("nobody");
        client.close();
    }

    @Test
    void langChain4j() {
        ChatModel model = OpenAiChatModel.builder()
                .baseUrl(served.url())
                .apiKey("secret")
                .modelName("tuned")
                .temperature(0.0)
                .maxTokens(8)
                .build();
        assertThat(model.chat(QUESTION)).isNotBlank();
    }

    /** Its address has no {@code /v1}, which the library adds. */
    @Test
    void springAi() {
        String address = served.url().replaceFirst("/v1$", "");
        org.springframework.ai.openai.OpenAiChatModel model = org.springframework.ai.openai.OpenAiChatModel.builder()
                .openAiApi(OpenAiApi.builder().baseUrl(address).apiKey("secret").build())
                .defaultOptions(OpenAiChatOptions.builder()
                        .model("tuned")
                        .temperature(0.0)
                        .maxTokens(8)
                        .build())
                .build();
        String answer = model.call(QUESTION);
        assertThat(answer).isNotBlank();
        assertThat(model.stream(QUESTION).collectList().block())
                .isNotEmpty()
                .satisfies(parts -> assertThat(String.join("", parts)).isEqualTo(answer));
    }
}
