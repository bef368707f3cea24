// SPDX-License-Identifier: Apache-2.0
package example;

import io.tune4j.api.error.UserException;
import io.tune4j.embed.Prompt;
import io.tune4j.embed.TunedModel;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Answers {@code GET /answer?prompt=...}. Requests at the same time are computed in common steps. */
@RestController
class AnswerController {
    private final TunedModel model;

    AnswerController(TunedModel model) {
        this.model = model;
    }

    @GetMapping("/answer")
    String answer(@RequestParam String prompt) {
        return model.answer(Prompt.text(prompt).maxNewTokens(30)).text();
    }

    /** A prompt that is empty, or too long for the model. */
    @ExceptionHandler
    @ResponseStatus(HttpStatus.BAD_REQUEST)
    String refused(UserException refusal) {
        return refusal.getMessage();
    }
}
