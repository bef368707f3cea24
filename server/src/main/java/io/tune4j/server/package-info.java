/**
 * The plugin of the recipe {@code serve}: {@link io.tune4j.server.recipe} reads the config and connects the parts, {@link
 * io.tune4j.server.model} owns the model and the only thread that computes, {@link io.tune4j.server.openai} reads and writes the
 * API's JSON, and {@link io.tune4j.server.http} is the HTTP server.
 */
@NullMarked
package io.tune4j.server;

import org.jspecify.annotations.NullMarked;
