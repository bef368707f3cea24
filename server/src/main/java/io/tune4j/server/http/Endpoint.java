// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.http;

import java.io.IOException;

/** Answers requests to one path. Called by many threads at once. */
@FunctionalInterface
public interface Endpoint {
    /**
     * Answers a request.
     *
     * @throws ApiError the error to send instead of an answer
     * @throws IOException if the client disconnected
     */
    void answer(Call call) throws IOException;
}
