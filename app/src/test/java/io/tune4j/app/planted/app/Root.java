// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.planted.app;

import io.tune4j.app.planted.app.cli.Child;
import io.tune4j.app.planted.models.ForeignModel;

/** A root package that uses its child, and a plugin. */
public record Root(Child child, ForeignModel model) {}
