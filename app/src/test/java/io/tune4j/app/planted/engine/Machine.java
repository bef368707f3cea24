// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.planted.engine;

import io.tune4j.app.planted.models.ForeignModel;

/** An engine that knows one of the models. */
public record Machine(ForeignModel model) {}
