/**
 * OpenAI's API: requests are read and checked field by field, and every mistake is an {@link io.tune4j.server.http.ApiError}.
 * Responses are JSON objects or streams of events.
 */
@NullMarked
package io.tune4j.server.openai;

import org.jspecify.annotations.NullMarked;
