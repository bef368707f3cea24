// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A step that was logged. */
@Name("tune4j.Step")
@Label("Step")
@Category("Tune4J")
@Description("A step of training that was logged")
@StackTrace(false)
final class StepEvent extends Event {
    @Label("Step")
    long step;

    @Label("Loss")
    double loss;

    @Label("Learning Rate")
    double learningRate;

    @Label("Gradient Norm")
    double gradientNorm;

    @Label("Tokens per Second")
    double tokensPerSecond;

    @Label("Seconds")
    @Description("Seconds that the step took")
    double seconds;
}
