// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.workers;

import io.tune4j.api.io.ThisProcess;

/** A process by its number and the place where that number means something. */
final class NodeProcess {
    private NodeProcess() {}

    /** This process. */
    static String current() {
        return ProcessHandle.current().pid() + " " + ThisProcess.place();
    }

    /** Whether a process of this place has ended; of others that is not known here. */
    static boolean hasEnded(String process) {
        int space = process.indexOf(' ');
        return space > 0
                && process.substring(space + 1).equals(ThisProcess.place())
                && ProcessHandle.of(Long.parseLong(process.substring(0, space)))
                        .filter(ProcessHandle::isAlive)
                        .isEmpty();
    }
}
