// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.http;

import org.jspecify.annotations.Nullable;

/**
 * Options of the HTTP server.
 *
 * @param host the address to listen on
 * @param port the port; 0 for any free one
 * @param apiKey the key that clients must send, or null
 * @param mostBytes the most bytes of a body
 * @param mostCalls the most simultaneous requests, waiting ones included
 */
public record HttpOptions(String host, int port, @Nullable String apiKey, long mostBytes, int mostCalls) {}
