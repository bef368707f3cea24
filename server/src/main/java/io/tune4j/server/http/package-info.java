/**
 * HTTP: {@link io.tune4j.server.http.HttpFront} takes requests, checks what all of them have in common, and turns every failure into an
 * error of the protocol; an {@link io.tune4j.server.http.Endpoint} answers.
 */
@NullMarked
package io.tune4j.server.http;

import org.jspecify.annotations.NullMarked;
