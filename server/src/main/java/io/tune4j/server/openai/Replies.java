// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;

/** The common fields and the token counts of responses. */
final class Replies {
    private Replies() {}

    /**
     * The fields with which each object of a response begins.
     *
     * @param id the response's id
     * @param created seconds since 1970
     */
    static ObjectNode head(String id, String object, long created, String model) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", model);
    }

    /** A new id. */
    static String id(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().replace("-", "");
    }

    /** {@code usage}. */
    static ObjectNode usage(int prompt, int answer) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("prompt_tokens", prompt)
                .put("completion_tokens", answer)
                .put("total_tokens", prompt + answer);
    }

    /** Seconds since 1970. */
    static long now() {
        return System.currentTimeMillis() / 1000;
    }
}
