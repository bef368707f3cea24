// SPDX-License-Identifier: Apache-2.0
package example;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class AnswerControllerTest {
    @Autowired
    private TestRestTemplate client;

    private ResponseEntity<String> ask(String prompt) {
        return client.getForEntity("/answer?prompt={prompt}", String.class, prompt);
    }

    @Test
    void answers() {
        ResponseEntity<String> answer = ask("What kind of thing is velvet?");
        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.OK);
        assertThat(answer.getBody()).isNotBlank();
    }

    @Test
    void saysWhatIsWrongWithAPrompt() {
        ResponseEntity<String> refusal = ask("long ".repeat(700));
        assertThat(refusal.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(refusal.getBody()).contains("tokens");
    }
}
