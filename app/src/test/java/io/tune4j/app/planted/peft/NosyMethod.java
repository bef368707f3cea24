// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.planted.peft;

import io.tune4j.app.planted.engine.Machine;
import io.tune4j.app.planted.models.ForeignModel;

/** A method for one model, with the engine. */
public record NosyMethod(Machine machine, ForeignModel model) {}
