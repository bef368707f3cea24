// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.flight;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A state was saved. */
@Name("tune4j.Checkpoint")
@Label("Checkpoint")
@Category("Tune4J")
@StackTrace(false)
final class CheckpointEvent extends Event {
    @Label("Step")
    long step;

    @Label("Folder")
    String folder = "";
}
