// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.export.proof.Answer.Step;
import io.tune4j.export.proof.Proof.Answers;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ProofTest {
    private static final Spelling TOKENS = new Spelling() {
        @Override
        public String spelling(int token) {
            return "t" + token;
        }

        @Override
        public boolean isEnd(int token) {
            return token == 0;
        }
    };

    private static Answers answer(List<Integer> prompt, Step... steps) {
        return new Answers("a prompt", new Answer(prompt, List.of(steps)));
    }

    private static String difference(Answers before, Answers after) {
        return Proof.of(List.of(before), List.of(after), TOKENS, "q4_0").lines().get(1);
    }

    private static Step step(int token, double probability) {
        return new Step(token, probability, 9, 0.1);
    }

    @Test
    void equalAnswersAreCounted() {
        Answers one = answer(List.of(1, 2), step(3, 0.9), step(0, 0.8));
        Proof proof = Proof.of(List.of(one, one), List.of(one, one), TOKENS, "f16");
        assertThat(proof.lines()).containsExactly("2 of 2 answers equal");
    }

    @Test
    void theFirstTokenThatDiffersIsShownWithBothProbabilities() {
        assertThat(difference(
                        answer(List.of(1), step(3, 0.9), step(4, 0.7)), answer(List.of(1), step(3, 0.9), step(5, 0.6))))
                .contains("token 2 is t4 (0.700) in training and t5 (0.600) in the file")
                .contains("quantization to q4_0");
    }

    @Test
    void aNearTieIsRounding() {
        assertThat(difference(
                        answer(List.of(1), new Step(3, 0.401, 5, 0.4)), answer(List.of(1), new Step(5, 0.401, 3, 0.4))))
                .contains("nearly as likely");
    }

    @Test
    void otherPromptsAreTheReason() {
        Step same = step(3, 0.9);
        assertThat(difference(answer(List.of(1, 2), same), answer(List.of(1, 1, 2), same)))
                .contains("the token at the beginning is there twice");
        assertThat(difference(answer(List.of(1, 2), same), answer(List.of(1, 3), same)))
                .contains("the chat template or the tokenizer differs");
    }

    @Test
    void anEndIsNamed() {
        assertThat(difference(answer(List.of(1), step(0, 0.9)), answer(List.of(1), step(5, 0.6))))
                .contains("one of them ends the answer");
    }

    @Test
    void aServerIsAskedByTokens() throws IOException {
        AtomicReference<String> asked = new AtomicReference<>("");
        int port;
        try (ServerSocket server = new ServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
            Thread thread = new Thread(() -> answerAll(server, asked));
            thread.setDaemon(true);
            thread.start();
            LlamaServer client = new LlamaServer("http://127.0.0.1:" + port + "/");
            Answers equal = answer(List.of(1, 2), step(3, 0.9), step(4, 0.9), step(0, 0.9));
            Answers other = answer(List.of(1, 2), step(3, 0.9), step(5, 0.9));
            assertThat(client.compare(List.of(equal, other), TOKENS, 8).lines())
                    .containsExactly(
                            "1 of 2 answers of llama.cpp equal",
                            "differs      'a prompt': token 2 is t5 in training and t4 in llama.cpp");
            assertThat(asked.get()).contains("\"prompt\":[1,2]").contains("\"temperature\":0");
        }
        LlamaServer gone = new LlamaServer("http://127.0.0.1:" + port);
        assertThatThrownBy(() -> gone.answer(List.of(1), 1))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("start llama-server -m FILE there");
        assertThatThrownBy(() -> new LlamaServer("nowhere")).isInstanceOf(UserException.class);
    }

    /** Answers each request with the same tokens. */
    private static void answerAll(ServerSocket server, AtomicReference<String> asked) {
        while (true) {
            try (Socket socket = server.accept()) {
                InputStream in = socket.getInputStream();
                StringBuilder request = new StringBuilder();
                while (!request.toString().endsWith("}")) {
                    request.append((char) in.read());
                }
                asked.set(request.toString());
                String body = "{\"content\":\"x\",\"tokens\":[3,4]}";
                socket.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                        + body)
                                .getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                return;
            }
        }
    }
}
