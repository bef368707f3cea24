package io.tune4j.app.planted.engine;

import io.tune4j.app.planted.models.ForeignModel;

/** An engine that knows one of the models. */
public record Machine(ForeignModel model) {}
