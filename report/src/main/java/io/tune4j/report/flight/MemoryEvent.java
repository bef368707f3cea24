// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.flight;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The peak memory of a phase. */
@Name("tune4j.Memory")
@Label("Memory")
@Category("Tune4J")
@StackTrace(false)
final class MemoryEvent extends Event {
    @Label("Phase")
    String phase = "";

    @Label("Peak")
    @DataAmount
    long peak;

    @Label("Pages of Files")
    @DataAmount
    long fileBacked;
}
