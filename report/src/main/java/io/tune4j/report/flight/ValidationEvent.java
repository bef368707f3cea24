// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.flight;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A validation. */
@Name("tune4j.Validation")
@Label("Validation")
@Category("Tune4J")
@StackTrace(false)
final class ValidationEvent extends Event {
    @Label("Step")
    long step;

    @Label("Loss")
    double loss;
}
