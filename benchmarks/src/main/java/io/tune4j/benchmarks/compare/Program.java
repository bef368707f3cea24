// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.compare;

import java.util.List;
import java.util.Map;

/**
 * A program that prints one JSON line at the end of its output.
 *
 * @param name of it in the results
 * @param command with its arguments
 * @param environment besides the process's own
 */
record Program(String name, List<String> command, Map<String, String> environment) {
    Program {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
