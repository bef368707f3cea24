// SPDX-License-Identifier: Apache-2.0
package example;

import io.tune4j.embed.Prompt;
import io.tune4j.embed.TunedModel;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;

/** Answers {@code GET /answer?prompt=...}. */
@Path("/answer")
public class AnswerResource {
    @Inject
    TunedModel model;

    @GET
    public String answer(@QueryParam("prompt") String prompt) {
        return model.answer(Prompt.text(prompt).maxNewTokens(30)).text();
    }
}
