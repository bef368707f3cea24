/**
 * HTTP: {@link io.tune4j.server.http.HttpFront} receives requests, makes the checks that all of them need, and turns every
 * failure into an error object of the API; an {@link io.tune4j.server.http.Endpoint} answers.
 */
@NullMarked
package io.tune4j.server.http;

import org.jspecify.annotations.NullMarked;
