/**
 * The model: {@link io.tune4j.server.model.ServedModels} loads the base with its adapters, and {@link
 * io.tune4j.server.model.ModelWorker} is the only thread that computes with them.
 */
@NullMarked
package io.tune4j.server.model;

import org.jspecify.annotations.NullMarked;
