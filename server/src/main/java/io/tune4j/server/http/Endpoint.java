// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.http;

import java.io.IOException;

/** Answers requests to one path. Called by many threads at once. */
@FunctionalInterface
public interface Endpoint {
    /**
     * Answers a request.
     *
     * @throws ApiError what the client is told instead
     * @throws IOException if the client hung up
     */
    void answer(Call call) throws IOException;
}
