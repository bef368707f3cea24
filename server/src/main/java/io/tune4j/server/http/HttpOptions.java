// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.http;

import org.jspecify.annotations.Nullable;

/**
 * Options of the HTTP side.
 *
 * @param host the address to listen at
 * @param port 0 for any that is free
 * @param apiKey that clients must send, or null
 * @param mostBytes the largest body
 * @param mostCalls requests at a time, those that wait included
 */
public record HttpOptions(String host, int port, @Nullable String apiKey, long mostBytes, int mostCalls) {}
