// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.server.http.Call;
import io.tune4j.server.http.Endpoint;
import io.tune4j.server.model.ServedModels;
import java.io.IOException;

/** {@code GET /v1/models}: the base model and its adapters. */
public final class ModelsEndpoint implements Endpoint {
    private final ServedModels models;
    private final int positions;
    private final long created = Replies.now();

    /** @param positions the most tokens of a prompt with its answer */
    public ModelsEndpoint(ServedModels models, int positions) {
        this.models = models;
        this.positions = positions;
    }

    @Override
    public void answer(Call call) throws IOException {
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = root.putArray("data");
        String base = models.names().iterator().next();
        for (String name : models.names()) {
            data.addObject()
                    .put("id", name)
                    .put("object", "model")
                    .put("created", created)
                    .put("owned_by", "tune4j")
                    .put("parent", name.equals(base) ? null : base)
                    .put("max_model_len", positions);
        }
        call.respond(200, root);
    }
}
