// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.profile;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A kernel's call in Java's flight recorder. Off unless a recording asks for it when the run begins: {@code
 * -XX:StartFlightRecording:tune4j.Kernel#enabled=true}. A device that computes ahead is then waited for after each kernel.
 */
@Name("tune4j.Kernel")
@Label("Kernel")
@Category("Tune4J")
@Description("A call of a kernel")
@Enabled(false)
@StackTrace(false)
public final class KernelEvent extends Event {
    private static final EventType TYPE = EventType.getEventType(KernelEvent.class);

    @Label("Kernel")
    String kernel = "";

    @Label("Operands")
    String operands = "";

    @Label("Depth")
    @Description("Number of calls that it is inside of")
    int depth;

    KernelEvent() {
        // Begun and committed around a call.
    }

    /** Whether a recording wants kernels. */
    public static boolean isWanted() {
        return TYPE.isEnabled();
    }
}
