/**
 * The plugin of the recipe {@code serve}: {@link io.tune4j.server.recipe} reads keys and ties the parts together, {@link
 * io.tune4j.server.model} owns the model and the one thread that computes, {@link io.tune4j.server.openai} reads and writes the
 * protocol's JSON, and {@link io.tune4j.server.http} is the HTTP side.
 */
@NullMarked
package io.tune4j.server;

import org.jspecify.annotations.NullMarked;
